import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openIntake } from "../../src/intake/open-intake.ts";
import type { Intake } from "../../src/intake/port.ts";
import { openScratch, type Scratch } from "../../src/scratch/scratch.ts";
import { jsonOf, postJson, startApp, type TestApp } from "./start-app.ts";

let app: TestApp;
let dir: string;
let scratch: Scratch;
let taken: { html: string; files: number }[];

/** Remembers what each snapshot held, before the fake renders discard it. */
function remembering(intake: Intake): Intake {
  const look = async (snapshot: Awaited<ReturnType<Intake["fromHtml"]>>) => {
    taken.push({ html: await readFile(join(snapshot.dir, "index.html"), "utf8"), files: snapshot.files });
    return snapshot;
  };
  return {
    openScratch: () => intake.openScratch(),
    fromHtml: async (...given) => look(await intake.fromHtml(...given)),
    fromFiles: async (...given) => look(await intake.fromFiles(...given)),
    fromDirectory: async (...given) => look(await intake.fromDirectory(...given)),
    fromArchive: async (...given) => look(await intake.fromArchive(...given)),
  };
}

beforeEach(async () => {
  taken = [];
  dir = await mkdtemp(join(tmpdir(), "producer-intake-"));
  await mkdir(join(dir, "projects/one"), { recursive: true });
  await writeFile(join(dir, "projects/one/index.html"), "<p>one</p>");
  await writeFile(join(dir, "projects/one/style.css"), "p {}");
  scratch = await openScratch(join(dir, "data"));
  const limits = { maxBytes: 1e6, maxFiles: 100 };
  const intake = remembering(openIntake({ scratch, projectsRoot: join(dir, "projects"), limits }));
  app = await startApp({ intake });
});
afterEach(async () => {
  await app.stop();
  await scratch.close();
  await rm(dir, { recursive: true, force: true });
});

const post = (body: unknown) => postJson(`${app.url}/v1/renders`, body);

async function upload(archive: Uint8Array<ArrayBuffer>, request = "{}"): Promise<Response> {
  const form = new FormData();
  form.append("request", request);
  form.append("project", new Blob([archive]), "project.tar.gz");
  return fetch(`${app.url}/v1/renders`, { method: "POST", body: form, signal: AbortSignal.timeout(10_000) });
}

const tarball = () =>
  new Uint8Array(
    execFileSync("tar", ["-czf", "-", "-C", join(dir, "projects/one"), "."], { timeout: 10_000 }),
  );

it("inline HTML, a directory and an archive become snapshots, and leave nothing behind", async () => {
  expect((await post({ html: "<p>inline</p>" })).status).toBe(202);
  expect((await post({ projectDir: "one" })).status).toBe(202);
  expect((await upload(tarball())).status).toBe(202);
  expect(taken).toEqual([
    { html: "<p>inline</p>", files: 1 },
    { html: "<p>one</p>", files: 2 },
    { html: "<p>one</p>", files: 2 },
  ]);
  expect(await readdir(scratch.dir)).toEqual([]);
});

it.each([
  ["a directory that is not there", { projectDir: "two" }, "project-dir-not-found"],
  ["a directory outside the root", { projectDir: "../data" }, "project-dir-not-allowed"],
  ["a missing entry file", { projectDir: "one", entryFile: "other.html" }, "entry-file-missing"],
])("%s is refused, and leaves nothing behind", async (_what, body, code) => {
  expect(await jsonOf(await post(body))).toMatchObject({ code });
  expect(await readdir(scratch.dir)).toEqual([]);
});

it("an archive that cannot be read or lacks its entry file is refused, and leaves nothing behind", async () => {
  expect(await jsonOf(await upload(new Uint8Array([1, 2, 3])))).toMatchObject({ code: "archive-invalid" });
  expect(await jsonOf(await upload(tarball().slice(0, 60)))).toMatchObject({ code: "archive-invalid" });
  expect(await jsonOf(await upload(tarball(), '{"entryFile":"a.html"}'))).toMatchObject({
    code: "entry-file-missing",
  });
  expect(await readdir(scratch.dir)).toEqual([]);
});

it("lints files that come in the body, in folders too", async () => {
  const files = { "index.html": "<p>sent</p>", "a/b.css": "p {}" };
  expect((await postJson(`${app.url}/lint`, { files })).status).toBe(200);
  expect(taken).toEqual([{ html: "<p>sent</p>", files: 2 }]);
  const clash = await postJson(`${app.url}/lint`, { files: { "index.html": "", a: "", "a/b.css": "" } });
  expect(clash.status).toBe(400);
});

describe("a source that is not where it is said to be", () => {
  const detailOf = async (body: unknown): Promise<unknown> => (await jsonOf(await post(body)))["detail"];

  it.each([
    [
      { entryFile: "index.html?theme=dark" },
      'not a URL: leave "?theme=dark" out; values go into `variables`',
    ],
    [{ entryFile: "index.html#scene-2" }, 'not a URL: leave "#scene-2" out.'],
    [{ entryFile: "a%20b.html" }, 'not a URL: write "a b.html".'],
    [{ entryFile: "none.html" }, 'It holds "a b.html", "index.html", "scenes/one.html".'],
    [{ projectDir: "one/index.html" }, "names a file: give its folder"],
    [{ projectDir: "." }, "is the projects' root itself"],
    [{ projectDir: "none" }, "names no folder"],
  ])("%j is told apart", async (body, detail) => {
    await writeFile(join(dir, "projects/one/a b.html"), "");
    await mkdir(join(dir, "projects/one/scenes"));
    await writeFile(join(dir, "projects/one/scenes/one.html"), "");
    expect(await detailOf({ projectDir: "one", ...body })).toContain(detail);
  });

  it.each(["index.html", "/home/me/film/index.html", "https://example.com/film"])(
    "%s is no document",
    async (html) => {
      expect(await detailOf({ html })).toContain("html: is the name or address of a document");
    },
  );
});
