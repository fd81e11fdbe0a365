import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { plan, readEvents, submit, waitForRender } from "../e2e/api.ts";
import { machineFfmpeg, openFolder } from "../e2e/machine.ts";
import { page } from "../e2e/pages.ts";
import { startTestProducer } from "../e2e/producer.ts";
import { storedFiles } from "../e2e/stored-files.ts";

test("F32: a page that loops for ever in an animation frame", { timeout: 60_000 }, async (context) => {
  const frameTimeoutMs = 3_000;
  await using service = await startTestProducer({
    PRODUCER_FRAME_TIMEOUT_SECONDS: String(frameTimeoutMs / 1000),
  });
  const script = `let frames = 0;
    const next = () => {
      if (++frames > 5) { console.log("spins in frame", frames); for (;;); }
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);`;
  const { id } = await submit(service, { html: page({ duration: 1, script }) });
  const { state, problem } = await waitForRender(service, id);
  expect(state).toBe("failed");
  expect(problem).toMatchObject({ code: "page-unresponsive", owner: "composition", retryable: false });
  expect(problem?.evidence?.console?.join("\n")).toContain("spins in frame");
  const events = (await readEvents(service, id)).map(({ event }) => event);
  // The last progress is told in the frames before the loop.
  const last = events.findLast(({ type }) => type === "progress");
  const end = events.at(-1);
  expectRecovery(context, Date.parse(end?.at ?? "") - Date.parse(last?.at ?? ""), frameTimeoutMs + 3_000);
  const next = await submit(service, { html: page() });
  expect(await waitForRender(service, next.id)).toMatchObject({ state: "succeeded" });
});

test("F33: endless, impossible and absurd lengths", async (context) => {
  await using service = await startTestProducer();
  // What a plan takes that is not refused, on a machine that may be busy: the refusal itself has a second.
  const usualMs: number[] = [];
  while (usualMs.length < 3) usualMs.push((await plan(service, { html: page() })).ms);
  const tookMs: number[] = [];
  for (const [duration, code] of [
    ["Infinity", "duration-infinite"],
    ["NaN", "duration-invalid"],
    ["1e10", "duration-infinite"],
  ] as const) {
    const { id } = await submit(service, { html: page({ duration }) });
    const { problem, plan: made, startedAt, finishedAt } = await waitForRender(service, id);
    expect(problem).toMatchObject({ code, status: 422, retryable: false });
    expect(made).toBeNull();
    const stages = (await readEvents(service, id)).map(({ event }) =>
      event.type === "progress" ? event.progress.stage : null,
    );
    expect(stages).not.toContain("capture");
    tookMs.push(Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? ""));
  }
  expectRecovery(context, Math.max(0, Math.max(...tookMs) - Math.min(...usualMs)), 1_000);
});

test("F41b: joining the chunks is killed in mid-file, and no half artifact is ever visible", async () => {
  await using folder = await openFolder();
  const { ffmpeg, ffprobe } = await machineFfmpeg();
  const wrapper = join(folder.dir, "ffmpeg");
  const marker = join(folder.dir, "struck");
  // The last argument of joining is the file. The first time, half of it is written.
  await writeFile(
    wrapper,
    `#!/bin/sh
case "$*" in
  *"-f concat"*)
    if [ ! -e "${marker}" ]; then
      touch "${marker}"
      "${ffmpeg}" "$@"
      for file; do :; done
      truncate -s 2000 "$file"
      kill -9 $$
    fi ;;
esac
exec "${ffmpeg}" "$@"
`,
  );
  await chmod(wrapper, 0o755);
  await using service = await startTestProducer({
    PRODUCER_FFMPEG_PATH: wrapper,
    PRODUCER_FFPROBE_PATH: ffprobe,
  });
  const { id } = await submit(service, { html: page({ body: "<p style='color: #fff'>Words</p>" }) });
  const sizes = new Set<number>();
  const artifacts = join(service.dataDir, "store", "renders", id);
  const look = async (): Promise<void> => {
    for (const name of await readdir(artifacts).catch(() => [])) {
      sizes.add((await stat(join(artifacts, name))).size);
    }
  };
  const looks: Promise<void>[] = [];
  const render = await waitForRender(service, id, ({ finishedAt }) => {
    looks.push(look());
    return finishedAt !== null;
  });
  await Promise.all(looks);
  await look();
  expect(await readdir(folder.dir)).toContain("struck");
  expect(render).toMatchObject({ state: "succeeded", verdict: { passed: true } });
  expect(render.warnings).toMatchObject([{ code: "step-retried" }]);
  expect([...sizes]).toEqual([render.artifact?.bytes]);
  expect(await storedFiles(service.dataDir, ".incoming")).toEqual([]);
});
