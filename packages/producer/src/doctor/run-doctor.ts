import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isProblemError, PROBLEMS } from "@framewright/contract";
import type { Tools } from "@framewright/engine";

import { type Config, readConfig, readEnvironment, readMachine } from "../config.ts";
import { createLog } from "../log.ts";
import { findTools } from "../startup/find-tools.ts";
import { checkDisk, checkFonts, checkMemory, checkPort } from "./check-machine.ts";
import { checkBrowser, checkFfmpeg } from "./check-tools.ts";
import { type DoctorCheck, fail, ok } from "./check.ts";
import { selfTest } from "./self-test.ts";

export type { DoctorCheck } from "./check.ts";

async function tools(config: Config, dir: string): Promise<Tools | DoctorCheck> {
  const silent = createLog({ level: "silent", format: "json" });
  try {
    return await findTools(
      config,
      readMachine(readEnvironment({})),
      dir,
      silent,
      new AbortController().signal,
    );
  } catch (error) {
    if (!isProblemError(error)) throw error;
    return fail("tools", error.message, PROBLEMS[error.code].remedy);
  }
}

/** Looks at everything that rendering needs on this machine, one finding at a time. */
export async function* runDoctor(): AsyncGenerator<DoctorCheck> {
  const config = readConfig(readEnvironment({}));
  yield ok("node", `${process.version} on ${process.platform} ${process.arch}`);
  const dir = await mkdtemp(join(tmpdir(), "framewright-doctor-"));
  try {
    const found = await tools(config, dir);
    if ("browser" in found) {
      yield await checkBrowser(found);
      yield await selfTest(found, dir);
      yield await checkFfmpeg(found);
    } else yield found;
    yield await checkDisk(config);
    yield checkMemory(config);
    yield await checkFonts(readMachine(readEnvironment({})).cacheDir);
    yield await checkPort("API port", config.port, config.host, "PRODUCER_PORT");
    yield await checkPort("health port", config.healthPort, config.healthHost, "PRODUCER_HEALTH_PORT");
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
