import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Library } from "@framewright/contract";
import { expect, it, onTestFinished } from "vitest";

import { formatLockfile, type Locked, LOCKFILE } from "../src/lockfile.ts";
import { startRegistry } from "./npm-registry.ts";
import { openSession, temporaryFolder, textOf } from "./session.ts";

const FILM = "https://unpkg.com/film@1/film.js";

/** What a page is served of a package that a registry has just now. */
async function servedOf(cacheDir: string): Promise<Library> {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  registry.publish("film", "1.2.0", { "film.js": "film = 1.2", "more.js": "more = 1.2" });
  const session = await openSession({ cacheDir, npm: { registry: registry.url } });
  await textOf(session, FILM);
  const [library] = session.record.report().served;
  if (!library) throw new Error("nothing was served");
  return library;
}

async function projectWith(locked: readonly Locked[], files: Record<string, string> = {}): Promise<string> {
  const projectDir = await temporaryFolder();
  await writeFile(join(projectDir, LOCKFILE), formatLockfile(locked));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(projectDir, path)), { recursive: true });
    await writeFile(join(projectDir, path), text);
  }
  return projectDir;
}

it("serves what a project has vendored, without a registry and a shelf", async () => {
  const library = await servedOf(await temporaryFolder());
  const projectDir = await projectWith([{ ...library, file: "vendored/film.js" }], {
    "vendored/film.js": "film = 1.2",
  });
  const session = await openSession({ projectDir, mode: "off" });
  expect(await textOf(session, FILM)).toBe("film = 1.2");
  expect(session.record.report()).toEqual({ served: [library], refused: [], notes: [] });
});

it("gives a range the locked version, also where there is a newer one, and other files of it too", async () => {
  const cacheDir = await temporaryFolder();
  const library = await servedOf(cacheDir);
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  for (const version of ["1.2.0", "1.9.0"])
    registry.publish("film", version, { "film.js": `film = ${version.slice(0, 3)}`, "more.js": version });
  const npm = { registry: registry.url };
  const session = await openSession({ projectDir: await projectWith([library]), npm });
  expect(await textOf(session, FILM)).toBe("film = 1.2");
  expect(await textOf(session, "https://unpkg.com/film@1/more.js")).toBe("1.2.0");
});

it("refuses bytes that are not those of the lockfile", async () => {
  const library = await servedOf(await temporaryFolder());
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  registry.publish("film", "1.2.0", { "film.js": "film = 'another'" });
  const projectDir = await projectWith([{ ...library, file: "film.js" }], { "film.js": "changed" });
  const session = await openSession({ projectDir, npm: { registry: registry.url } });
  await expect(textOf(session, FILM)).rejects.toThrow("not what the lockfile has");
  expect(session.record.report().refused).toMatchObject([{ code: "library-integrity" }]);
});

it("takes a plan's list of libraries as a lockfile, and says what is wrong with another one", async () => {
  const cacheDir = await temporaryFolder();
  const library = await servedOf(cacheDir);
  const projectDir = await temporaryFolder();
  await writeFile(join(projectDir, LOCKFILE), JSON.stringify([library]));
  expect(await textOf(await openSession({ projectDir, cacheDir, mode: "off" }), FILM)).toBe("film = 1.2");
  await writeFile(join(projectDir, LOCKFILE), JSON.stringify([{ ...library, integrity: "md5-x" }]));
  await expect(openSession({ projectDir })).rejects.toMatchObject({
    code: "lockfile-invalid",
    message: expect.stringContaining("libraries.0.integrity"),
  });
});
