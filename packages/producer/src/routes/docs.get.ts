import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import type { Api } from "../http/openapi.ts";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Framewright API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });\n`;

/** Styles are set on elements by the page's own script; pictures are part of its style sheet. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JAVASCRIPT = "text/javascript; charset=utf-8";

/** Serves the contract as a page for people, with nothing from outside. */
export function getDocs(api: Api): void {
  const require = createRequire(import.meta.url);
  const asset = (name: string, type: string) => {
    api.get(`/docs/${name}`, async (c) => {
      const bytes = await readFile(require.resolve(`swagger-ui-dist/${name}`));
      return c.body(bytes, 200, { "Content-Type": type, "Cache-Control": "max-age=3600" });
    });
  };
  asset("swagger-ui.css", "text/css; charset=utf-8");
  asset("swagger-ui-bundle.js", JAVASCRIPT);
  api.get("/docs/start.js", (c) => c.body(START, 200, { "Content-Type": JAVASCRIPT }));
  api.get("/docs", (c) => c.html(PAGE, 200, { "Content-Security-Policy": POLICY }));
}
