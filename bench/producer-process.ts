import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;

export interface ProducerProcess {
  readonly pid: number;
  readonly url: string;
  readonly healthUrl: string;
  close(): Promise<void>;
}

/** Starts the service as a process of its own, on free ports, with its data in a temporary folder. */
export async function startProducerProcess(env: Record<string, string> = {}): Promise<ProducerProcess> {
  const dir = await mkdtemp(join(tmpdir(), "framewright-bench-"));
  const entry = new URL("../packages/producer/src/main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [entry], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      PRODUCER_PORT: "0",
      PRODUCER_HEALTH_PORT: "0",
      PRODUCER_HEALTH_HOST: "127.0.0.1",
      PRODUCER_DATA_DIR: dir,
      ...env,
    },
  });
  const ready = new Promise<{ url: string; health: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as { msg: string; url: string; health: string };
      if (entry.msg === "ready") resolve(entry);
    });
    child.once("exit", (code) => reject(new Error(`the producer ended with code ${code}`)));
    setTimeout(() => reject(new Error("the producer did not start")), START_TIMEOUT_MS).unref();
  });
  const { url, health } = await ready;
  return {
    pid: child.pid ?? 0,
    url,
    healthUrl: health,
    close: async () => {
      child.kill("SIGTERM");
      await once(child, "exit", { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) }).catch(() =>
        child.kill("SIGKILL"),
      );
      await rm(dir, { recursive: true, force: true });
    },
  };
}
