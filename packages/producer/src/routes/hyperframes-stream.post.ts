import type { AppDeps } from "../app-deps.ts";
import { admit } from "../hyperframes/admit.ts";
import { answerFailures } from "../hyperframes/failure.ts";
import { follow, streamMessages } from "../hyperframes/follow.ts";
import type { OutputTokens } from "../hyperframes/token.ts";
import { logError } from "../http/error-answer.ts";
import { clientSignal } from "../http/client-signal.ts";
import type { Api } from "../http/openapi.ts";
import { sseResponse } from "../http/sse.ts";

/** POST /render/stream: tells progress until the video is finished. A bad request is refused before the stream begins. */
export function postHyperframesStream(api: Api, deps: AppDeps, tokens: OutputTokens): void {
  api.post("/render/stream", (c) =>
    answerFailures(c, deps.log, async (course) => {
      const admission = await admit(c.req.raw, deps, c.get("tenant"), course.requestId);
      c.set("renderId", admission.render.id);
      const steps = follow(admission, course, clientSignal(c.req.raw), deps, tokens);
      return sseResponse(streamMessages(steps, course, deps.log), {
        onError: (error) => logError(deps.log, error, course.requestId),
      });
    }),
  );
}
