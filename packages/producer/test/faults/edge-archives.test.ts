import { link, mkdir, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { PlanSchema, ProblemSchema } from "@framewright/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { call, plan } from "../e2e/api.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { page } from "../e2e/pages.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { upload, zip } from "../e2e/uploads.ts";
import { makeZip, tarEntry } from "../snapshot/archives.ts";
import { gzipSync } from "node:zlib";
import { tarBomb, tarOfMany, zipBomb, zipOfMany } from "./bombs.ts";
import {
  expectLetGo,
  measureAtRest,
  MIB,
  note,
  rssBytes,
  scratchBytes,
  scratchFolders,
  watchPeak,
} from "./footprint.ts";
import { connectTo } from "./slow-clients.ts";

const TEST_MS = 120_000;
const ENTRIES = 1e6;
/** What an archive of 10 MB may at most become on disk before it is refused, with itself. */
const DISK_BYTES = 1_200 * MIB;
const MEMORY_BYTES = 100 * MIB;
const SECRET = "nobody but its owner reads this";

let folder: Folder;
let projects: Folder;
let service: ProducerProcess;

beforeAll(async () => {
  [folder, projects] = await Promise.all([openFolder(), openFolder()]);
  await mkdir(join(projects.dir, "root"));
  await mkdir(join(projects.dir, "outside"));
  await writeFile(join(projects.dir, "outside", "note.txt"), SECRET);
  service = await startProducerProcess(FROM_SOURCE, folder.dir, {
    PRODUCER_PROJECTS_ROOT: join(projects.dir, "root"),
    PRODUCER_OUTPUT_ROOT: join(projects.dir, "root"),
  });
  await send(await zip({ "index.html": page() }));
  await send(tarOfMany(100_000));
  await send(zipBomb(1));
}, TEST_MS);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await Promise.all([folder, projects].map((each) => each[Symbol.asyncDispose]()));
});

async function send(archive: Buffer, options: object = {}): Promise<{ status: number; json: unknown }> {
  const signal = AbortSignal.timeout(TEST_MS / 2);
  const answer = await call(service, "/v1/plans", { method: "POST", body: upload(archive, options), signal });
  return { status: answer.status, json: await answer.json() };
}

async function expectStopped(name: string, archive: Buffer): Promise<void> {
  const startBytes = await rssBytes(service.pid);
  const memory = watchPeak(() => rssBytes(service.pid));
  const disk = watchPeak(() => scratchBytes(folder.dir));
  const startedAt = performance.now();
  const { status, json } = await send(archive);
  const tookMs = performance.now() - startedAt;
  const [peak, diskBytes] = await Promise.all([memory.stop(), disk.stop()]);
  note(
    `${name} of ${(archive.length / MIB).toFixed(1)} MiB: refused in ${Math.round(tookMs)} ms;` +
      ` disk ${Math.round(diskBytes / MIB)} MiB, memory +${Math.round((peak - startBytes) / MIB)} MiB at most`,
  );
  expect([name, status, ProblemSchema.parse(json).code]).toEqual([name, 413, "archive-too-large"]);
  expect(diskBytes).toBeLessThan(DISK_BYTES);
  expect(peak - startBytes).toBeLessThan(MEMORY_BYTES);
  expect(await scratchFolders(folder.dir)).toEqual([]);
}

test("E4: a zip bomb is stopped by what it unpacks to", { timeout: TEST_MS }, async (context) => {
  const before = await measureAtRest(service.pid);
  await expectStopped("a zip of 10 GiB", zipBomb());
  await expectStopped("a .tar.gz of 10 GiB", tarBomb());
  await expectLetGo(context, service.pid, before);
});

test(
  "E4: an archive of a million entries is stopped by their number",
  { timeout: TEST_MS },
  async (context) => {
    const before = await measureAtRest(service.pid);
    await expectStopped("a zip of a million entries", zipOfMany(ENTRIES));
    await expectStopped("a .tar.gz of a million entries", tarOfMany(ENTRIES));
    await expectLetGo(context, service.pid, before);
  },
);

test("E4: an archive within an archive stays the file that it is", { timeout: TEST_MS }, async () => {
  const inner = zipBomb();
  const nested = makeZip([
    { name: "index.html", content: page() },
    { name: "inner.zip", content: inner, store: true },
  ]);
  const disk = watchPeak(() => scratchBytes(folder.dir));
  const { status, json } = await send(nested);
  const diskBytes = await disk.stop();
  expect(status).toBe(200);
  expect(PlanSchema.parse(json).frames).toBeGreaterThan(0);
  expect(diskBytes).toBeLessThan(2.5 * nested.length + MIB);
});

const OUTSIDE = [
  "../outside/note.txt",
  "/etc/hostname",
  "C:/windows/win.ini",
  "..\\outside\\note.txt",
  "a\0b",
  "a/../../outside/note.txt",
];

describe("E5: names that lead out", () => {
  test("E5: of an archive's entries, whichever way they are written, are refused", async () => {
    for (const name of OUTSIDE) {
      const { status, json } = await send(makeZip([{ name, content: "x" }]));
      expect([name, status, ProblemSchema.parse(json).code]).toEqual([name, 400, "archive-unsafe"]);
    }
    expect(await scratchFolders(folder.dir)).toEqual([]);
    expect(await readdir(join(projects.dir, "outside"))).toEqual(["note.txt"]);
  });

  test("E5: of folders, entry files and outputs are refused", async () => {
    await mkdir(join(projects.dir, "root", "plain"), { recursive: true });
    await writeFile(join(projects.dir, "root", "plain", "index.html"), page());
    for (const name of OUTSIDE) {
      const asFolder = await plan(service, { projectDir: name });
      expect([name, asFolder.problem?.status]).toEqual([name, expect.toBeOneOf([400, 403, 404])]);
      const asEntry = await plan(service, { projectDir: "plain", entryFile: name });
      expect([name, asEntry.problem?.status]).toEqual([name, expect.toBeOneOf([400, 422])]);
      for (const { problem } of [asFolder, asEntry]) expect(problem?.detail).not.toContain(projects.dir);
    }
    expect(await readdir(projects.dir)).toEqual(["outside", "root"]);
  });

  test("E5: of the API's own paths find nothing", async () => {
    const names = [
      "/../../../../etc/hostname",
      "/%2e%2e%2f%2e%2e%2fetc%2fhostname",
      "/v1/renders/..%2f..%2f..%2fetc%2fhostname/artifact",
      "/v1/renders/%2e%2e/artifact",
      "/outputs/..%2f..%2f..%2fetc%2fhostname",
      "/outputs/%00",
      "/docs/..%2f..%2fpackage.json",
      "/docs/%2e%2e/%2e%2e/package.json",
      "/docs//etc/hostname",
    ];
    for (const name of names) {
      const socket = connectTo(service.url);
      socket.write(`GET ${name} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
      const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(5_000) });
      socket.destroy();
      expect([name, /^HTTP\/1\.1 (\d+)/.exec(String(answer))?.[1]]).toEqual([
        name,
        expect.toBeOneOf(["400", "404"]),
      ]);
    }
  });

  test("E5: of a page's own requests find nothing", async () => {
    const names = [
      "../outside/note.txt",
      "%2e%2e/outside/note.txt",
      "..%2foutside%2fnote.txt",
      "a%00b",
      "%5c..%5cx",
    ];
    const { problem, plan: made } = await plan(service, { html: page({ script: readAll(names) }) });
    expect(problem).toBeNull();
    expect(JSON.stringify(made?.warnings)).toContain("read: 404 404 404 404 404");
  });
});

/** A script that reads files of the project and throws the statuses and what it got, which the plan tells. */
function readAll(names: readonly string[]): string {
  return `const ready = Promise.all(${JSON.stringify(names)}.map(async (name) => {
      const answer = await fetch(name).catch(() => null);
      return answer === null ? "failed" : answer.ok ? await answer.text() : answer.status;
    }));
    ready.then((read) => { throw new Error("read: " + read.join(" ")) });
    window.__hf = { duration: 1, seek() {}, ready };`;
}

describe("E6: links", () => {
  test("E6: of every kind are refused in an archive", async () => {
    for (const type of ["SymbolicLink", "Link"] as const) {
      const entries = [tarEntry({ name: "index.html", content: page() }), tarEntry({ name: "odd", type })];
      const { status, json } = await send(gzipSync(Buffer.concat([...entries, Buffer.alloc(1_024)])));
      expect([type, status, ProblemSchema.parse(json).code]).toEqual([type, 400, "archive-unsafe"]);
    }
    const { status } = await send(makeZip([{ name: "odd", content: "/etc/passwd", mode: 0o120777 }]));
    expect(status).toBe(400);
  });

  test("E6: that lead out of a folder are not followed", async () => {
    const dir = join(projects.dir, "root", "linked");
    await mkdir(dir);
    await symlink("../../outside/note.txt", join(dir, "soft.txt"));
    await symlink("../../outside", join(dir, "folder"));
    await symlink("/proc/self/environ", join(dir, "environ"));
    await writeFile(join(dir, "own.txt"), "mine");
    await link(join(dir, "own.txt"), join(dir, "hard.txt"));
    const names = ["soft.txt", "folder/note.txt", "environ", "own.txt", "hard.txt"];
    await writeFile(join(dir, "index.html"), page({ duration: null, script: readAll(names) }));
    const { plan: made, problem } = await plan(service, { projectDir: "linked" });
    expect(problem).toBeNull();
    expect(JSON.stringify(made?.warnings)).toContain("read: 404 404 404 mine mine");
  });

  test(
    "E6: that take a folder's place while it is read give nothing of where they lead",
    { timeout: TEST_MS },
    async () => {
      const dir = join(projects.dir, "root", "swapped");
      await mkdir(join(dir, "assets"), { recursive: true });
      const names = Array.from({ length: 40 }, (_, n) => `assets/${n}/note.txt`);
      for (const name of names) {
        await mkdir(join(dir, name, ".."), { recursive: true });
        await writeFile(join(dir, name), "mine");
        await mkdir(join(projects.dir, "outside", name, ".."), { recursive: true });
        await writeFile(join(projects.dir, "outside", name), SECRET);
      }
      await writeFile(join(dir, "index.html"), page({ duration: null, script: readAll(names) }));
      await symlink("../../outside/assets", join(dir, "..", "lure"));
      const done = new AbortController();
      let swaps = 0;
      const swapping = (async () => {
        for (; !done.signal.aborted; swaps++) {
          await rename(join(dir, "assets"), join(dir, "..", "aside"));
          await rename(join(dir, "..", "lure"), join(dir, "assets"));
          await rename(join(dir, "assets"), join(dir, "..", "lure"));
          await rename(join(dir, "..", "aside"), join(dir, "assets"));
          // Some reads must meet the folder at rest, and some in the middle of an exchange.
          await sleep(swaps % 4 === 0 ? 60 : 0);
        }
      })();
      let told = "";
      try {
        for (let round = 0; round < 12; round++) {
          const { plan: made, problem } = await plan(service, { projectDir: "swapped" });
          told += JSON.stringify([made?.warnings, problem]);
        }
      } finally {
        done.abort();
        await swapping;
      }
      note(`${swaps} swaps during 12 reads of the folder`);
      expect(swaps).toBeGreaterThan(100);
      expect(told).toContain("mine");
      expect(told).not.toContain(SECRET);
    },
  );
});
