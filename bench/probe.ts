import { get } from "node:http";

/** Twenty probes a second, each on a connection of its own, as an orchestrator's are. */
const INTERVAL_MS = 50;

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

const [url = "", seconds = "5"] = process.argv.slice(2);
const times: number[] = [];
// The first ones measure how long this process takes to compile itself.
for (let i = 0; i < 3; i++) await ask(url);
const until = performance.now() + Number(seconds) * 1000;
while (performance.now() < until) {
  const next = performance.now() + INTERVAL_MS;
  times.push(await ask(url));
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
}
times.sort((a, b) => a - b);
const at = (share: number): string =>
  `${times[Math.min(times.length - 1, Math.floor(share * times.length))]?.toFixed(1)} ms`;
console.log(`${times.length} probes, median ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`);
