import type { AppDeps } from "../app-deps.ts";
import type { Api } from "../http/openapi.ts";
import { postHyperframesLint } from "../routes/hyperframes-lint.post.ts";
import { getHyperframesOutput } from "../routes/hyperframes-output.get.ts";
import { getHyperframesQueue } from "../routes/hyperframes-queue.get.ts";
import { postHyperframesRender } from "../routes/hyperframes-render.post.ts";
import { postHyperframesStream } from "../routes/hyperframes-stream.post.ts";

/** Adds the routes that HyperFrames' clients know. */
export function mountHyperframes(api: Api, deps: AppDeps): void {
  postHyperframesRender(api, deps, deps.outputTokens);
  postHyperframesStream(api, deps, deps.outputTokens);
  postHyperframesLint(api, deps);
  getHyperframesQueue(api, deps);
  getHyperframesOutput(api, deps, deps.outputTokens);
}
