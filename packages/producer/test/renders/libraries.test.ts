import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { Library } from "@framewright/contract";
import { keptFile } from "@framewright/local-cdn/kept-files";
import { expect, onTestFinished, test } from "vitest";

import { sweepLibraries } from "../../src/renders/retention.ts";
import type { WorkSettings } from "../../src/renders/settings.ts";
import type { Job, PageJob } from "../../src/work/jobs.ts";
import { type Behaviour, healthy, probeOf } from "./behaviours.ts";
import { ended, openFleet } from "./fleet.ts";

/** Settings of a machine with a folder of its own for libraries. */
async function machine(): Promise<Pick<WorkSettings, "libraries">> {
  const cacheDir = await mkdtemp(join(tmpdir(), "framewright-libraries-"));
  onTestFinished(() => rm(cacheDir, { recursive: true, force: true }));
  return { libraries: { mode: "registry", cacheDir, npm: {} } };
}

/** What a worker does that serves a page some text at a URL: keeps it, and reports it. */
async function serve(job: PageJob, url: string, text: string): Promise<Library> {
  const integrity = `sha512-${createHash("sha512").update(text).digest("base64")}`;
  const file = keptFile(job.libraries?.cacheDir ?? "", integrity) ?? "";
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return { url, package: "film", version: "1.2.0", integrity, from: "registry" };
}

const FIRST = "https://unpkg.com/film@1.2.0/film.js";
const LATE = "https://unpkg.com/film@1/late.js";

const report = (served: readonly Library[], refused: readonly string[] = []): object => ({
  libraries: {
    served,
    refused: refused.map((url) => ({
      url,
      code: "",
      message: "",
      remedy: "",
      isScript: true,
      isKnown: false,
    })),
    notes: [],
  },
});

const isPage = (job: Job): job is Extract<Job, { kind: "probe" | "chunk" }> =>
  job.kind === "probe" || job.kind === "chunk";

test("what a plan was served is kept with the render, and brought to the machine that captures a chunk", async () => {
  const fleet = await openFleet();
  const brought: string[] = [];
  const behaviour: Behaviour = async (job, options) => {
    if (job.kind === "probe")
      return { ...(probeOf() as object), ...report([await serve(job, FIRST, "film")]) };
    if (job.kind === "chunk")
      for (const { integrity } of job.libraries?.locked ?? [])
        brought.push(await readFile(keptFile(job.libraries?.cacheDir ?? "", integrity) ?? "", "utf8"));
    return healthy(job, options);
  };
  const planner = await fleet.start({ settings: await machine(), behaviour, places: 0 });
  const { id } = await planner.submit();
  const one = await fleet.start({ settings: await machine(), behaviour, places: 1 });
  await fleet.start({ settings: await machine(), behaviour, places: 1 });
  const render = await ended(one, id);
  expect(render).toMatchObject({
    state: "succeeded",
    plan: { libraries: [{ url: FIRST, from: "registry" }] },
  });
  expect(brought).toEqual(["film", "film", "film", "film"]);
  const aged = "UPDATE framewright.libraries SET used_at = used_at - $1 * interval '1 day'";
  const count = async (): Promise<number> => {
    let files = 0;
    for await (const _ of fleet.store.list("libraries/")) files += 1;
    return files;
  };
  await fleet.database.query(aged, [390]);
  await sweepLibraries(one.flow);
  expect(await count()).toBe(1);
  await fleet.database.query(aged, [20]);
  await sweepLibraries(one.flow);
  expect(await count()).toBe(0);
});

test("what a page asks for late gets one answer in all chunks, and makes their addresses", async () => {
  const fleet = await openFleet();
  let asked = 0;
  const captures: string[] = [];
  /** Without the plan's word, the registry's answer changes each time. */
  const behaviour: Behaviour = async (job, options) => {
    if (!isPage(job)) return healthy(job, options);
    if (job.kind === "probe") return { ...(probeOf() as object), ...report([]) };
    const locked = job.libraries?.locked.find(({ url }) => url === LATE);
    const served = locked ?? (await serve(job, LATE, `answer ${(asked += 1)}`));
    captures.push(`${job.chunk.index} ${served.integrity}`);
    return { ...((await healthy(job, options)) as object), ...report([served]) };
  };
  const host = await fleet.start({ settings: await machine(), behaviour, places: 2 });
  const { id } = await host.submit({ html: "<p>asks late</p>" });
  const { state, plan } = await ended(host, id);
  expect(state).toBe("succeeded");
  const [library] = plan?.libraries ?? [];
  expect(plan?.libraries).toHaveLength(1);
  // The last capture of each chunk is what was kept: of the same answer, all of them.
  const kept = new Map(captures.map((line) => line.split(" ") as [string, string]));
  expect([...kept.values()]).toEqual([0, 1, 2, 3].map(() => library?.integrity));
  // The same composition is planned without the late library: its chunks have other addresses, and are captured anew.
  const before = captures.length;
  await ended(host, (await host.submit({ html: "<p>asks late</p>" })).id);
  expect(captures.length).toBeGreaterThanOrEqual(before + 4);
});

test("what was not to be had for the first chunk that asked is given to none, and told once", async () => {
  const fleet = await openFleet();
  let isReachable = false;
  const given: (readonly string[])[] = [];
  const behaviour: Behaviour = async (job, options) => {
    if (!isPage(job)) return healthy(job, options);
    if (job.kind === "probe") return { ...(probeOf() as object), ...report([]) };
    const result = (await healthy(job, options)) as object;
    given.push(job.libraries?.missing ?? []);
    if (job.libraries?.missing.includes(LATE) || !isReachable) {
      isReachable = true;
      return { ...result, ...report([], [LATE]) };
    }
    return { ...result, ...report([await serve(job, LATE, "there again")]) };
  };
  const host = await fleet.start({ settings: await machine(), behaviour, places: 1 });
  const { id } = await host.submit();
  const { state, plan } = await ended(host, id);
  expect(state).toBe("succeeded");
  expect(plan).toMatchObject({ libraries: [], missingLibraries: [LATE] });
  expect(given.slice(1)).toEqual([[LATE], [LATE], [LATE]]);
});
