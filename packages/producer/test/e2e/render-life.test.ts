import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { RenderSchema } from "@framewright/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { call, getRender, post, readEvents, renderToFile, submit, waitForRender } from "./api.ts";
import { frameHashes } from "./decode.ts";
import { type Folder, openFolder } from "./machine.ts";
import { layeredPage } from "./pages.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";

let service: TestProducer;
let folder: Folder;

beforeAll(async () => {
  [service, folder] = await Promise.all([startTestProducer(), openFolder()]);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const ORDER = ["queued", "plan", "capture", "assemble", "verify", "done"];

describe("a render", () => {
  let id: string;

  test("tells its life in order, and ends with a passing verdict", async () => {
    ({ id } = await submit(service, { html: layeredPage(1) }));
    const seen = await readEvents(service, id);
    const events = seen.map(({ event }) => event);

    const ids = events.map((event) => event.id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(seen.map(({ message }) => Number(message.id))).toEqual(ids);
    const states = events.flatMap((event) => (event.type === "state" ? [event.state] : []));
    expect(states).toEqual(["queued", "running", "succeeded"]);
    const stages = events.flatMap((event) =>
      event.type === "progress" ? [ORDER.indexOf(event.progress.stage)] : [],
    );
    expect(stages).toEqual([...stages].sort((a, b) => a - b));
    const frames = events.flatMap((event) => (event.type === "progress" ? [event.progress.framesDone] : []));
    expect(frames).toEqual([...frames].sort((a, b) => a - b));

    const last = events.at(-1);
    if (last?.type !== "finished") throw new Error("the last event is not `finished`");
    expect(last.render.state).toBe("succeeded");
    expect(last.render.verdict?.passed).toBe(true);
    expect(last.render.verdict?.checks.length).toBeGreaterThan(5);
    expect(last.render).toEqual(await getRender(service, id));
    expect(last.render.progress).toMatchObject({ stage: "done", framesDone: 30, framesTotal: 30 });
  });

  test("tells what came after an event to who asks from there", async () => {
    const all = await readEvents(service, id);
    const middle = all[1]?.event.id ?? 0;
    const rest = await readEvents(service, id, middle);
    expect(rest.map(({ event }) => event)).toEqual(all.slice(2).map(({ event }) => event));
    expect(await readEvents(service, id, all.at(-1)?.event.id)).toEqual([]);
  });

  test("has an artifact that can be asked for in whole, in part and under conditions", async () => {
    const { artifact, links } = await getRender(service, id);
    const whole = await call(service, links.artifact);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(bytes).toHaveLength(artifact?.bytes ?? -1);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(artifact?.sha256);
    const etag = whole.headers.get("etag") ?? "";

    const head = await call(service, links.artifact, { method: "HEAD" });
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    expect(head.headers.get("content-length")).toBe(String(bytes.length));
    expect(head.headers.get("content-disposition")).toContain(`${id}.mp4`);

    const part = await call(service, links.artifact, { headers: { range: "bytes=10-19", "if-range": etag } });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes 10-19/${bytes.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(10, 20));

    const same = await call(service, links.artifact, { headers: { "if-none-match": etag } });
    expect(same.status).toBe(304);
    const beyond = await call(service, links.artifact, { headers: { range: `bytes=${bytes.length}-` } });
    expect(beyond.status).toBe(416);
  });
});

test("the same idempotency key gives the same render, and another body is refused", async () => {
  const send = (seconds: number): Promise<Response> =>
    post(
      service,
      "/v1/renders",
      { html: layeredPage(seconds) },
      {
        headers: { "content-type": "application/json", "idempotency-key": "one" },
      },
    );
  const answers = [await send(0.2), await send(0.2)];
  const [first, second] = await Promise.all(
    answers.map(async (answer) => RenderSchema.parse(await answer.json())),
  );
  expect(answers.map(({ status }) => status)).toEqual([202, 200]);
  expect(second?.id).toBe(first?.id);
  expect((await send(0.3)).status).toBe(409);
  await waitForRender(service, first?.id ?? "");
});

test("two renders of the same pictures decode to the same frames; a third reuses what is there, and says so", async () => {
  // Not the same files: what was rendered before is not rendered again.
  const body = (take: number) => ({ html: `${layeredPage(0.4)}<!-- ${take} -->`, quality: "draft" });
  const render = (take: number) => renderToFile(service, body(take), folder.dir);
  const takes = await Promise.all([1, 2].map(render));
  expect(takes.map((take) => take.render.reused)).toEqual(takes.map(() => ({ chunks: 0, frames: 0 })));
  const [first, second] = await Promise.all(takes.map(({ file }) => frameHashes(file)));
  expect(first).toHaveLength(12);
  expect(second).toEqual(first);
  const [a, b] = await Promise.all(takes.map(({ file }) => readFile(file)));
  expect(b?.equals(a ?? Buffer.alloc(0))).toBe(true);
  const third = await render(2);
  expect(third.render).toMatchObject({ reused: { chunks: 1, frames: 12 }, verdict: { passed: true } });
  expect(await frameHashes(third.file)).toEqual(first);
});
