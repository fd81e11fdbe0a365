import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { NODE_BUNDLE } from "../../bundle.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { killIfAlive, processTree } from "../e2e/process-tree.ts";

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

export interface SwitchableWorkers extends AsyncDisposable {
  /** The service, bundled beside a render worker that can be broken. */
  readonly entry: string;
  /** From now on, every start of a worker fails: it exits, or hangs, before its first message. */
  breakStarts(how?: "exit" | "hang"): Promise<void>;
  mendStarts(): Promise<void>;
}

/** A build of the service whose render workers are the real ones, or exit or hang at once, as told. */
export async function openSwitchableWorkers(): Promise<SwitchableWorkers> {
  const folder: Folder = await openFolder("framewright-switch-");
  const broken = join(folder.dir, "broken");
  await build({
    entryPoints: { main: source("main.ts"), "health-worker": source("health/health-worker.ts") },
    ...NODE_BUNDLE,
    outdir: folder.dir,
    logLevel: "error",
  });
  await cp(source("postgres/migrations"), join(folder.dir, "migrations"), { recursive: true });
  await writeFile(join(folder.dir, "package.json"), '{ "type": "module" }');
  await writeFile(
    join(folder.dir, "render-worker.js"),
    `import { existsSync, readFileSync } from "node:fs";
     const broken = ${JSON.stringify(broken)};
     const how = existsSync(broken) ? readFileSync(broken, "utf8") : "";
     if (how === "exit") process.exit(1);
     while (how === "hang");
     await import(${JSON.stringify(source("render-worker.ts"))});`,
  );
  return {
    entry: join(folder.dir, "main.js"),
    breakStarts: (how = "exit") => writeFile(broken, how),
    mendStarts: () => rm(broken),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Kills every render worker of a service. */
export async function killWorkers(pid: number): Promise<void> {
  const workers = (await processTree(pid)).filter(({ command }) => command.includes("render-worker"));
  for (const worker of workers) killIfAlive(worker.pid);
}
