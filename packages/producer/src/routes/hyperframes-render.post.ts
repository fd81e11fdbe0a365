import type { AppDeps } from "../app-deps.ts";
import { admit } from "../hyperframes/admit.ts";
import type { Delivery } from "../hyperframes/deliver.ts";
import { answerFailures, elapsedMs } from "../hyperframes/failure.ts";
import { follow } from "../hyperframes/follow.ts";
import type { OutputTokens } from "../hyperframes/token.ts";
import { clientSignal } from "../http/client-signal.ts";
import type { Api } from "../http/openapi.ts";

/** POST /render: answers when the video is finished. */
export function postHyperframesRender(api: Api, deps: AppDeps, tokens: OutputTokens): void {
  api.post("/render", (c) =>
    answerFailures(c, deps.log, async (course) => {
      const admission = await admit(c.req.raw, deps, c.get("tenant"), course.requestId);
      c.set("renderId", admission.render.id);
      let delivery: Delivery | undefined;
      for await (const step of follow(admission, course, clientSignal(c.req.raw), deps, tokens)) {
        if (step.type !== "complete") continue;
        const { type: _, ...rest } = step;
        delivery = rest;
      }
      const { requestId } = course;
      return c.json({ success: true, requestId, ...delivery, durationMs: elapsedMs(course) });
    }),
  );
}
