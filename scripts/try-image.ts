// Renders one small composition by the service of this machine and checks the file with ffprobe. Given to the image's own
// Node on stdin, because the image has no scripts: deploy/start-in-chroot.sh.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const API = "http://127.0.0.1:9847";
const READY = "http://127.0.0.1:9848/readyz";
const READY_TIMEOUT_MS = 60_000;
const RENDER_TIMEOUT_MS = 120_000;
const ANSWER_TIMEOUT_MS = 30_000;
const FILE = `${process.env["PRODUCER_DATA_DIR"]}/hello.mp4`;

const HTML = `<body data-composition-id=hello data-width=640 data-height=360 data-duration=2 style="background: teal; color: white">
  <style>@keyframes grow { from { scale: 0.2 } }</style>
  <h1 style="animation: grow 2s">Hello · Привет · 你好 · नमस्ते · 🎬</h1>
</body>`;

/** What keeps the service from being ready; null when it is. */
async function unready(): Promise<string | null> {
  try {
    const answer = await fetch(READY, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? null : await answer.text();
  } catch (error) {
    // Not listening yet, or busy: the caller has a deadline.
    return String(error);
  }
}

async function untilReady(): Promise<void> {
  const by = Date.now() + READY_TIMEOUT_MS;
  let why = await unready();
  while (why !== null) {
    if (Date.now() > by) throw new Error(`The service did not become ready: ${why}`);
    await sleep(200);
    why = await unready();
  }
}

async function render(): Promise<Buffer> {
  const answer = await fetch(`${API}/render`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ html: HTML }),
    signal: AbortSignal.timeout(RENDER_TIMEOUT_MS),
  });
  const result = (await answer.json()) as { outputUrl?: string };
  if (!answer.ok) throw new Error(`The render failed: ${JSON.stringify(result)}`);
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const artifact = await fetch(new URL(result.outputUrl ?? "", API), { signal });
  return Buffer.from(await artifact.arrayBuffer());
}

await untilReady();
const startedAt = Date.now();
writeFileSync(FILE, await render());
const tookMs = Date.now() - startedAt;
const entries = "stream=codec_name,width,height,nb_read_packets";
const probe = ["-v", "error", "-count_packets", "-show_entries", entries, "-of", "csv=p=0", FILE];
const found = execFileSync("ffprobe", probe, { timeout: ANSWER_TIMEOUT_MS, encoding: "utf8" }).trim();
console.log(`== rendered in ${tookMs} ms: ${found}`);
if (found !== "h264,640,360,60") throw new Error("That is not the video that was asked for.");
