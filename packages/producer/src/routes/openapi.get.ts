import type { AppDeps } from "../app-deps.ts";
import type { Api } from "../http/openapi.ts";

/** Serves the contract. Goes last: it describes the routes that are there at the first request. */
export function getOpenapi(api: Api, { version }: AppDeps): void {
  const describe = () =>
    api.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "Framewright",
        version,
        description: "Turns HTML compositions into verified videos.",
        license: { name: "Apache-2.0" },
      },
    });
  let document: ReturnType<typeof describe> | undefined;
  api.get("/openapi.json", (c) => c.json((document ??= describe())));
}
