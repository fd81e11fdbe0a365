import { get } from "node:http";

function ask(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const request = get(url, { agent: false, timeout: 10_000 }, (response) => {
      response.resume().once("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - startedAt);
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    request.once("timeout", () => request.destroy(new Error("no answer")));
    request.once("error", reject);
  });
}

function describe(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1)} ms`;
  return `${sorted.length} probes, median ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`;
}

// probe.ts SECONDS INTERVAL_MS URL...: each probe on a connection of its own, as an orchestrator's are.
const [seconds = "5", intervalMs = "50", ...urls] = process.argv.slice(2);
const times = new Map(urls.map((url) => [url, [] as number[]]));
// The first ones measure how long this process takes to compile itself.
for (const url of urls) for (let i = 0; i < 20; i++) await ask(url);
const until = performance.now() + Number(seconds) * 1000;
while (performance.now() < until) {
  const next = performance.now() + Number(intervalMs);
  for (const [url, taken] of times) taken.push(await ask(url));
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
}
for (const [url, taken] of times) console.log(`${new URL(url).pathname}: ${describe(taken)}`);
