import type { AppDeps } from "../app-deps.ts";
import type { Api } from "../http/openapi.ts";
import { getHyperframesOutput } from "../routes/hyperframes-output.get.ts";
import { getHyperframesQueue } from "../routes/hyperframes-queue.get.ts";
import { postHyperframesRender } from "../routes/hyperframes-render.post.ts";
import { postHyperframesStream } from "../routes/hyperframes-stream.post.ts";
import { createOutputTokens } from "./token.ts";

/** Adds the routes that HyperFrames' clients know. */
export function mountHyperframes(api: Api, deps: AppDeps): void {
  const tokens = createOutputTokens();
  postHyperframesRender(api, deps, tokens);
  postHyperframesStream(api, deps, tokens);
  getHyperframesQueue(api, deps);
  getHyperframesOutput(api, deps, tokens);
}
