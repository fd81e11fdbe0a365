import { createServer } from "node:net";
import os from "node:os";
import { join } from "node:path";

import { prepareShelf } from "@framewright/fonts";

import type { Config } from "../config.ts";
import { freeBytes } from "../scratch/free-bytes.ts";
import { workerCount } from "../startup/worker-count.ts";
import { type DoctorCheck, ok, warn } from "./check.ts";

const GIB = 2 ** 30;
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

export async function checkDisk({ dataDir, minFreeBytes }: Config): Promise<DoctorCheck> {
  // The folder may not exist yet: its nearest parent that does is on the same disk.
  let dir = dataDir;
  for (;;) {
    const free = await freeBytes(dir).catch(() => null);
    if (free === null && dir !== "/") {
      dir = join(dir, "..");
      continue;
    }
    const detail = `${gib(free ?? 0)} free for PRODUCER_DATA_DIR`;
    if ((free ?? 0) >= minFreeBytes) return ok("disk", detail);
    return warn("disk", detail, `Free some: below ${gib(minFreeBytes)} the service takes no work.`);
  }
}

export function checkMemory(config: Config): DoctorCheck {
  const { cores, memoryBytes: memory, workers: count } = workerCount(config);
  const limited = memory < os.totalmem() ? " (cgroup limit)" : "";
  const detail = `${gib(memory)}${limited}, ${cores} cores: ${count} render ${count === 1 ? "worker" : "workers"}`;
  if (memory >= GIB) return ok("memory", detail);
  return warn("memory", detail, "Give the service at least 1 GiB.");
}

export async function checkFonts(cacheDir: string): Promise<DoctorCheck> {
  if (process.platform !== "linux") return ok("fonts", "those of this machine");
  const { families, missing } = await prepareShelf(cacheDir);
  const detail = `${families.length} families come with the service: ${families.join(", ")}`;
  if (missing.length === 0) return ok("fonts", detail);
  return warn(
    "fonts",
    `${detail}; not installed: ${missing.join(", ")}`,
    "Install the service's packages again.",
  );
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

export async function checkPort(
  name: string,
  port: number,
  host: string,
  variable: string,
): Promise<DoctorCheck> {
  if (port === 0) return ok(name, "any free port");
  if (await isFree(port, host)) return ok(name, `${port} is free`);
  return warn(name, `${port} is in use`, `Stop the program that listens there, or set ${variable}.`);
}
