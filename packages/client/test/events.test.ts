import type { ServerResponse } from "node:http";

import { ProblemError, type RenderEvent, toProblem } from "@framewright/contract";
import { afterEach, describe, expect, it, vi } from "vitest";

import { createClient } from "../src/index.ts";
import {
  eventText,
  type FakeService,
  finishedEvent,
  openEvents,
  progressEvent,
  type Received,
  sampleRender,
  sendJson,
  startFakeService,
} from "./fake-service.ts";

let service: FakeService | undefined;
afterEach(async () => {
  await service?.close();
});

/** Answers the n-th request (from 1) for events. */
async function serve(
  answer: (response: ServerResponse, attempt: number, request: Received) => void,
): Promise<FakeService> {
  let attempts = 0;
  service = await startFakeService((request, response) => {
    attempts += 1;
    answer(response, attempts, request);
  });
  return service;
}

async function collect(events: AsyncIterable<RenderEvent>): Promise<number[]> {
  const ids: number[] = [];
  for await (const event of events) ids.push(event.id);
  return ids;
}

describe("events", () => {
  it("reads a stream in whatever pieces it comes, with comments and CRLF", async () => {
    const text = [
      ": hello\r\n\r\n",
      eventText(progressEvent(1, { waitingFor: "fonts: Größe 700 字" })).replaceAll("\n", "\r\n"),
      ": heartbeat\n\n",
      eventText(finishedEvent(2)),
    ].join("");
    const { url } = await serve((response) => {
      openEvents(response);
      const bytes = [...Buffer.from(text)];
      const timer = setInterval(() => {
        if (bytes.length === 0) clearInterval(timer);
        // Small and of odd length: it splits characters and line ends.
        else response.write(Buffer.from(bytes.splice(0, 7)));
      }, 1);
    });
    const events: RenderEvent[] = [];
    for await (const event of createClient({ baseUrl: url }).events("r1")) events.push(event);
    expect(events).toEqual([progressEvent(1, { waitingFor: "fonts: Größe 700 字" }), finishedEvent(2)]);
  });

  it("resumes after the last event seen, and passes each on once", async () => {
    const { url, received } = await serve((response, attempt) => {
      openEvents(response);
      if (attempt === 1) response.write(eventText(progressEvent(1)) + eventText(progressEvent(4)));
      // Cut in the middle of an event.
      if (attempt === 1) response.write('id: 5\ndata: {"id":5,', () => response.destroy());
      // Replays more than was asked for.
      if (attempt === 2) response.end(eventText(progressEvent(4)) + eventText(progressEvent(6)));
      if (attempt === 3) response.end(eventText(finishedEvent(9)));
    });
    expect(await collect(createClient({ baseUrl: url }).events("r1"))).toEqual([1, 4, 6, 9]);
    expect(received.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "4", "6"]);
  });

  it("opens a silent stream anew", async () => {
    const { url } = await serve((response, attempt) => {
      openEvents(response);
      if (attempt === 2) response.write(eventText(finishedEvent(3)));
    });
    const events = createClient({ baseUrl: url }).events("r1", { idleTimeoutMs: 200 });
    expect(await collect(events)).toEqual([3]);
  });

  it("takes a heartbeat for life", async () => {
    const { url, received } = await serve((response) => {
      openEvents(response);
      let beats = 0;
      const timer = setInterval(() => {
        beats += 1;
        response.write(": heartbeat\n\n");
        if (beats === 12) response.end(eventText(finishedEvent(1)));
        if (beats === 12) clearInterval(timer);
      }, 100);
    });
    const events = createClient({ baseUrl: url }).events("r1", { idleTimeoutMs: 900, maxRetries: 0 });
    expect(await collect(events)).toEqual([1]);
    expect(received).toHaveLength(1);
  });

  it("gives up after its retries when the stream brings nothing new", async () => {
    const { url, received } = await serve((response) => {
      openEvents(response);
      response.end(eventText(progressEvent(1)));
    });
    const events = createClient({ baseUrl: url }).events("r1", { maxRetries: 2 });
    await expect(collect(events)).rejects.toMatchObject({ code: "connection-failed" });
    expect(received).toHaveLength(3);
  });

  it("retries a service that is briefly away, but not one that says there is no such render", async () => {
    const { url, received } = await serve((response, attempt) => {
      const code = attempt === 1 ? "shutting-down" : "render-not-found";
      const problem = toProblem(new ProblemError(code, "No."));
      sendJson(response, problem.status, problem);
    });
    const events = createClient({ baseUrl: url }).events("r1");
    await expect(collect(events)).rejects.toMatchObject({ code: "render-not-found" });
    expect(received).toHaveLength(2);
  });

  it("ends with the signal's reason, while reading and while waiting to retry", async () => {
    const { url } = await serve((response, attempt) => {
      if (attempt === 1) openEvents(response);
      else response.destroy();
    });
    const client = createClient({ baseUrl: url });
    for (const reason of [new Error("reading"), new Error("waiting")]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 150);
      await expect(collect(client.events("r1", { signal: controller.signal }))).rejects.toBe(reason);
    }
  });

  it("closes the connection when the reader leaves early", async () => {
    const closed = vi.fn<() => void>();
    const { url } = await serve((response) => {
      response.on("close", closed);
      openEvents(response);
      response.write(eventText(progressEvent(1)));
    });
    for await (const event of createClient({ baseUrl: url }).events("r1")) {
      expect(event.id).toBe(1);
      break;
    }
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce(), { timeout: 5000 });
  });
});

describe("waitUntilFinished", () => {
  it("returns a failed render, and shows every event before", async () => {
    const problem = toProblem(new ProblemError("duration-infinite", "It repeats for ever."));
    const { url } = await serve((response, _attempt, { path }) => {
      if (!path.endsWith("/events")) return sendJson(response, 200, sampleRender());
      openEvents(response);
      const failed = finishedEvent(2, { state: "failed", problem });
      response.end(eventText(progressEvent(1)) + eventText(failed));
    });
    const seen: string[] = [];
    const onEvent = (event: RenderEvent) => seen.push(event.type);
    const render = await createClient({ baseUrl: url }).waitUntilFinished("r1", { onEvent });
    expect(render).toMatchObject({ state: "failed", problem });
    expect(seen).toEqual(["progress", "finished"]);
  });

  it("ends soon after the render's deadline though the service goes on for ever", async () => {
    // A minute of grace is added: this render's time is up 300 ms from now.
    const expired = sampleRender({
      createdAt: "2030-01-01T00:01:00.000Z",
      deadline: "2030-01-01T00:00:00.300Z",
    });
    const { url } = await serve((response, _attempt, { path }) => {
      if (path.endsWith("/events")) openEvents(response);
      else sendJson(response, 200, expired);
    });
    const waiting = createClient({ baseUrl: url }).waitUntilFinished("r1");
    await expect(waiting).rejects.toMatchObject({ code: "request-timeout" });
  });
});
