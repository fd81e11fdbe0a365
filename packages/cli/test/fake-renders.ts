import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";

import type { Check, Problem, RenderEvent } from "@framewright/contract";

import {
  eventText,
  type FakeService,
  finishedEvent,
  openEvents,
  progressEvent,
  samplePlan,
  sampleRender,
  sendJson,
  startFakeService,
} from "../../client/test/fake-service.ts";

export const VIDEO = Buffer.alloc(150_000, "frames");

const ARTIFACT = {
  url: "/v1/renders/r1/artifact",
  contentType: "video/mp4",
  bytes: VIDEO.length,
  sha256: createHash("sha256").update(VIDEO).digest("hex"),
  durationSeconds: 6,
  expiresAt: "2030-01-02T00:00:00.000Z",
};

function check(name: string, expected: string, actual = expected): Check {
  return { name, expected, actual, passed: expected === actual };
}

const CHECKS = [
  check("codec", "h264"),
  check("size", "1280x720"),
  check("frame rate", "30"),
  check("duration", "6.000 s"),
  check("starts with a key frame", "yes"),
];

/** How the one render of a fake service goes. */
export interface Script {
  /** The render fails with it. */
  readonly problem?: Problem;
  /** The request is refused with it. */
  readonly refusal?: Problem;
  /** The file is short of frames. */
  readonly isShort?: boolean;
  /** The render goes on until it is cancelled. */
  readonly endless?: boolean;
  /** Cancelling is never answered. */
  readonly deaf?: boolean;
}

function progressEvents(): RenderEvent[] {
  const capture = { stage: "capture", framesTotal: 180, framesPerSecond: 30, secondsLeft: 3 } as const;
  const steps = Array.from({ length: 60 }, (_, index) => (index + 1) * 3);
  return [
    progressEvent(1, { queuePosition: 2 }),
    progressEvent(2, { stage: "plan", waitingFor: "fonts: Inter\u001B[31m 700" }),
    ...steps.map((framesDone, index) => progressEvent(3 + index, { ...capture, framesDone })),
  ];
}

function finish({ problem, isShort = false }: Script): RenderEvent {
  const verdict = { passed: !isShort, checks: [check("packets", "180", isShort ? "179" : "180"), ...CHECKS] };
  if (problem) return finishedEvent(99, { state: "failed", problem, verdict: isShort ? verdict : null });
  const times = { startedAt: "2030-01-01T00:00:00.000Z", finishedAt: "2030-01-01T00:00:07.500Z" };
  return finishedEvent(99, { ...times, plan: samplePlan(), verdict, artifact: ARTIFACT });
}

function sendEvents(response: ServerResponse, script: Script): void {
  openEvents(response);
  response.write(progressEvents().map(eventText).join(""));
  if (script.endless !== true) response.end(eventText(finish(script)));
}

/** A service with the few routes that the command uses and one render, `r1`. */
export async function startFakeRenders(script: Script = {}): Promise<FakeService> {
  const { refusal } = script;
  const routes: Record<string, (response: ServerResponse) => void> = {
    "POST /v1/plans": (response) => sendJson(response, 200, samplePlan()),
    "POST /v1/renders": (response) =>
      refusal ? sendJson(response, refusal.status, refusal) : sendJson(response, 202, sampleRender()),
    "GET /v1/renders/r1": (response) => sendJson(response, 200, sampleRender()),
    "GET /v1/renders/r1/events": (response) => sendEvents(response, script),
    "GET /v1/renders/r1/artifact": (response) => response.end(VIDEO),
    "DELETE /v1/renders/r1": (response) => {
      if (script.deaf !== true) sendJson(response, 200, sampleRender({ state: "cancelled" }));
    },
  };
  return await startFakeService(({ method, path }, response) => {
    const route = routes[`${method} ${path}`];
    if (route) route(response);
    else response.writeHead(404).end();
  });
}

/** The parts of an upload that the service received. */
export async function readUpload(
  service: FakeService,
): Promise<{ request: Record<string, unknown>; project: Buffer }> {
  const upload = service.received.find(({ method }) => method === "POST");
  const headers = { "content-type": String(upload?.headers["content-type"]) };
  const form = await new Response(upload?.body ?? null, { headers }).formData();
  const project = form.get("project") as File;
  return {
    request: JSON.parse(form.get("request") as string) as Record<string, unknown>,
    project: Buffer.from(await project.arrayBuffer()),
  };
}
