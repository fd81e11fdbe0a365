import type { AppDeps } from "../app-deps.ts";
import type { Api } from "../http/openapi.ts";

/** The two ways to send a key; a service without keys asks for none. */
function declareSecurity(api: Api, isAsked: boolean) {
  api.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  api.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "X-Api-Key",
  });
  const ways = [{ bearer: [] }, { apiKey: [] }];
  return isAsked ? ways : [...ways, {}];
}

/** Serves the contract. Goes last: it describes the routes that are there at the first request. */
export function getOpenapi(api: Api, { version, apiKeys }: AppDeps): void {
  const security = declareSecurity(api, apiKeys.length > 0);
  const describe = () =>
    api.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "Framewright",
        version,
        description: "Turns HTML compositions into verified videos.",
        license: { name: "Apache-2.0" },
      },
      security,
    });
  let document: ReturnType<typeof describe> | undefined;
  api.get("/openapi.json", (c) => c.json((document ??= describe())));
}
