import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { Plan, Progress, Render, RenderEvent } from "@framewright/contract";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer<ArrayBuffer>;
}

export interface FakeService {
  readonly url: string;
  /** Every request, in the order of arrival. */
  readonly received: Received[];
  close(): Promise<void>;
}

async function receive(request: IncomingMessage): Promise<Received> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { method = "", url = "", headers } = request;
  return { method, path: url, headers, body: Buffer.concat(parts) };
}

/** A service on a free port whose answers the test makes. */
export async function startFakeService(
  answer: (request: Received, response: ServerResponse) => void,
): Promise<FakeService> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    receive(request).then(
      (message) => {
        received.push(message);
        answer(message, response);
      },
      () => response.destroy(),
    );
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

export function openEvents(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
}

export function eventText(event: RenderEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

const AT = "2030-01-01T00:00:00.000Z";

function sampleProgress(fields: Partial<Progress> = {}): Progress {
  return {
    stage: "queued",
    framesDone: 0,
    framesTotal: null,
    framesPerSecond: null,
    secondsLeft: null,
    waitingFor: null,
    queuePosition: null,
    ...fields,
  };
}

export function samplePlan(fields: Partial<Plan> = {}): Plan {
  return {
    compositionId: "card",
    durationSeconds: 6,
    durationSource: "attribute",
    fps: "30",
    width: 1280,
    height: 720,
    deviceScaleFactor: 1,
    startFrame: 0,
    endFrame: 180,
    frames: 180,
    chunks: [{ index: 0, startFrame: 0, endFrame: 180 }],
    snapshotHash: "00ff",
    hosts: [],
    warnings: [],
    estimate: { seconds: 8, memoryBytes: 400_000_000, diskBytes: 3_000_000 },
    ...fields,
  };
}

export function sampleRender(fields: Partial<Render> = {}): Render {
  return {
    id: "r1",
    state: "queued",
    createdAt: AT,
    startedAt: null,
    finishedAt: null,
    deadline: "2030-01-01T01:00:00.000Z",
    settings: {
      source: "archive",
      entryFile: "index.html",
      fps: "30",
      width: null,
      height: null,
      quality: "standard",
      format: "mp4",
      range: null,
    },
    progress: sampleProgress(),
    plan: null,
    reused: null,
    warnings: [],
    verdict: null,
    artifact: null,
    problem: null,
    links: { self: "/v1/renders/r1", events: "/v1/renders/r1/events", artifact: "/v1/renders/r1/artifact" },
    ...fields,
  };
}

export function progressEvent(id: number, fields: Partial<Progress> = {}): RenderEvent {
  return { id, at: AT, renderId: "r1", type: "progress", progress: sampleProgress(fields) };
}

export function finishedEvent(id: number, fields: Partial<Render> = {}): RenderEvent {
  return {
    id,
    at: AT,
    renderId: "r1",
    type: "finished",
    render: sampleRender({ state: "succeeded", ...fields }),
  };
}
