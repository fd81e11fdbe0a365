import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import {
  isFinished,
  type Plan,
  PlanSchema,
  type Problem,
  ProblemSchema,
  type Render,
  type RenderEvent,
  RenderEventSchema,
  RenderSchema,
} from "@framewright/contract";

const REQUEST_TIMEOUT_MS = 20_000;
const POLL_MS = 50;

/** The API as a program without a client library would use it. */
export interface Service {
  readonly url: string;
}

export function call({ url }: Service, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}${path}`, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS), ...init });
}

export function post(
  service: Service,
  path: string,
  body: object,
  init: RequestInit = {},
): Promise<Response> {
  return call(service, path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
    ...init,
  });
}

/** A plan, or the problem that it was refused with. */
export async function plan(
  service: Service,
  body: object,
): Promise<{ readonly plan: Plan | null; readonly problem: Problem | null; readonly ms: number }> {
  const startedAt = performance.now();
  const answer = await post(service, "/v1/plans", body);
  const json: unknown = await answer.json();
  const ms = performance.now() - startedAt;
  if (answer.ok) return { plan: PlanSchema.parse(json), problem: null, ms };
  return { plan: null, problem: ProblemSchema.parse(json), ms };
}

export async function submit(service: Service, body: object | FormData): Promise<Render> {
  const answer =
    body instanceof FormData
      ? await call(service, "/v1/renders", { method: "POST", body })
      : await post(service, "/v1/renders", body);
  const text = await answer.text();
  if (answer.status !== 202) throw new Error(`${answer.status}: ${text}`);
  return RenderSchema.parse(JSON.parse(text));
}

export async function getRender(service: Service, id: string): Promise<Render> {
  return RenderSchema.parse(await (await call(service, `/v1/renders/${id}`)).json());
}

/** Asks until the render is as expected. */
export async function waitForRender(
  service: Service,
  id: string,
  wanted: (render: Render) => boolean = ({ state }) => isFinished(state),
  timeoutMs = 30_000,
): Promise<Render> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const render = await getRender(service, id);
    if (wanted(render)) return render;
    if (Date.now() > until || isFinished(render.state)) {
      throw new Error(
        `The render is ${render.state} at ${JSON.stringify(render.progress)}: ${JSON.stringify(render.problem)}`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Renders to a file; fails with the render's own problem. */
export async function renderToFile(
  service: Service,
  body: object | FormData,
  dir: string,
  timeoutMs = 30_000,
): Promise<{ readonly render: Render; readonly file: string }> {
  const { id } = await submit(service, body);
  const render = await waitForRender(service, id, ({ state }) => isFinished(state), timeoutMs);
  if (render.state !== "succeeded") throw new Error(JSON.stringify(render.problem));
  const answer = await call(service, render.links.artifact);
  const file = join(dir, `${id}.mp4`);
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
  return { render, file };
}

export interface SseMessage {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

/** The messages of a stream of server-sent events, up to its end. */
export async function* readMessages(answer: Response): AsyncGenerator<SseMessage> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of answer.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = block.split("\n").flatMap((line) => {
        const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
        return name === undefined ? [] : [[name, value ?? ""] as const];
      });
      const { id, event, data } = Object.fromEntries(fields);
      if (data !== undefined) yield { ...(id && { id }), ...(event && { event }), data };
    }
  }
}

/** A render's events from `lastEventId` on, until it has finished. */
export async function readEvents(
  service: Service,
  id: string,
  lastEventId?: number,
  timeoutMs = 30_000,
): Promise<{ readonly event: RenderEvent; readonly message: SseMessage }[]> {
  const answer = await call(service, `/v1/renders/${id}/events`, {
    headers: lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const events: { event: RenderEvent; message: SseMessage }[] = [];
  for await (const message of readMessages(answer)) {
    events.push({ event: RenderEventSchema.parse(JSON.parse(message.data)), message });
  }
  return events;
}
