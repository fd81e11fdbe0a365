import { createRoute } from "@hono/zod-openapi";
import { RenderEventSchema } from "@framewright/contract";
import { z } from "zod";

import type { AppDeps } from "../app-deps.ts";
import { clientSignal } from "../http/client-signal.ts";
import { logError } from "../http/error-answer.ts";
import { ANYWHERE, type Api, problem, RenderParams, renderIdOf } from "../http/openapi.ts";
import { sseHead, type SseMessage, sseResponse } from "../http/sse.ts";
import type { Renders } from "../renders/port.ts";

const EventId = z
  .string()
  .regex(/^\d{1,15}$/, "must be the id of an event")
  .transform(Number)
  .optional()
  .meta({
    type: "integer",
    description: "The last event that was seen; later ones follow, or all where the id is beyond the last.",
  });

const route = createRoute({
  method: "get",
  path: "/v1/renders/{id}/events",
  summary: "Follow a render's events (server-sent events), until it has finished",
  request: {
    params: RenderParams,
    query: z.object({ lastEventId: EventId }),
    headers: z.object({ "last-event-id": EventId }),
  },
  responses: {
    ...ANYWHERE,
    200: {
      description:
        "Each message has the event's id, its type as `event`, and the event as JSON in `data`. A comment comes every 15 s.",
      content: { "text/event-stream": { schema: RenderEventSchema } },
    },
    404: problem("render-not-found"),
  },
});

async function* messages(events: ReturnType<Renders["events"]>): AsyncGenerator<SseMessage> {
  for await (const event of events) {
    yield { id: event.id, event: event.type, data: event };
    if (event.type === "finished") return;
  }
}

export function getRenderEvents(api: Api, { renders, log }: AppDeps): void {
  api.openapi(route, async (c) => {
    const id = renderIdOf(c);
    const tenant = c.get("tenant");
    await renders.get(id, tenant);
    // Nobody would read the stream, nor end it.
    if (c.req.method === "HEAD") return sseHead();
    const afterId = c.req.valid("header")["last-event-id"] ?? c.req.valid("query").lastEventId ?? 0;
    const requestId = c.get("requestId");
    const events = renders.events(id, afterId, clientSignal(c.req.raw), tenant);
    return sseResponse(messages(events), {
      onError: (error) => logError(log, error, requestId),
    });
  });
}
