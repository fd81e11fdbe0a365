import type { AppDeps } from "../app-deps.ts";
import { answerFailures } from "../hyperframes/failure.ts";
import type { Api } from "../http/openapi.ts";

/** GET /render/queue */
export function getHyperframesQueue(api: Api, { renders, log }: AppDeps): void {
  api.get("/render/queue", (c) =>
    answerFailures(c, log, async () => {
      const { workers, running, queued } = await renders.queue(c.get("tenant"));
      return c.json({ maxConcurrentRenders: workers, activeRenders: running, queuedRenders: queued });
    }),
  );
}
