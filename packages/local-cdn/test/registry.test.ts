import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { type FakeRegistry, startRegistry } from "./npm-registry.ts";
import { openSession, temporaryFolder, textOf } from "./session.ts";

async function openRegistry(): Promise<FakeRegistry> {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  return registry;
}

const URL_OF = "https://cdn.jsdelivr.net/npm/film@1.2.0/film.js";

/** The only warning of a session whose page asked for one thing. */
async function refusalOf(options: Parameters<typeof openSession>[0], url = URL_OF) {
  const session = await openSession(options);
  await session.resolve({ url: new URL(url), isScript: true });
  const { refused } = session.record.report();
  expect(refused).toHaveLength(1);
  return refused[0];
}

it("serves a file of the version that a URL names, checked and kept for the next page", async () => {
  const registry = await openRegistry();
  registry.publish("film", "1.2.0", { "film.js": "film = 1.2" });
  registry.publish("film", "1.3.0", { "film.js": "film = 1.3" });
  const shared = { cacheDir: await temporaryFolder(), npm: { registry: registry.url } };
  const session = await openSession(shared);
  expect(await textOf(session, URL_OF)).toBe("film = 1.2");
  expect(session.record.report().served).toEqual([
    {
      url: URL_OF,
      package: "film",
      version: "1.2.0",
      // SHA-512 of "film = 1.2".
      integrity: "sha512-" + (await sha512("film = 1.2")),
      from: "registry",
    },
  ]);
  const before = registry.asked.length;
  expect(await textOf(await openSession(shared), URL_OF)).toBe("film = 1.2");
  expect(registry.asked).toHaveLength(before);
});

async function sha512(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-512", Buffer.from(text))).toString("base64");
}

it("resolves a range once for a page, and the newest version where none is named", async () => {
  const registry = await openRegistry();
  for (const version of ["1.2.0", "1.3.0", "2.0.0"])
    registry.publish("film", version, { "film.js": version });
  const session = await openSession({ npm: { registry: registry.url } });
  expect(await textOf(session, "https://unpkg.com/film@1/film.js")).toBe("1.3.0");
  expect(await textOf(session, "https://unpkg.com/film@~1.2/film.js")).toBe("1.2.0");
  expect(await textOf(session, "https://unpkg.com/film/film.js")).toBe("2.0.0");
  expect(await textOf(session, "https://unpkg.com/film@latest/film.js")).toBe("2.0.0");
  expect(registry.asked.filter((path) => path === "film")).toHaveLength(1);
});

it("finds a package's own file, a minified form that is not there, and a path without its folder", async () => {
  const registry = await openRegistry();
  const manifest = JSON.stringify({
    name: "film",
    version: "1.2.0",
    main: "index",
    jsdelivr: "dist/film.js",
  });
  registry.publish("film", "1.2.0", {
    "package.json": manifest,
    "index.js": "main",
    "dist/film.js": "var   own = 1;",
    "src/film.js": "source",
  });
  const session = await openSession({ npm: { registry: registry.url } });
  expect(await textOf(session, "https://cdn.jsdelivr.net/npm/film@1.2.0")).toBe("var   own = 1;");
  expect(await textOf(session, "https://unpkg.com/film@1.2.0")).toBe("main");
  expect(await textOf(session, "https://cdn.jsdelivr.net/npm/film@1.2.0/dist/film.min.js")).toBe(
    "var own=1;\n",
  );
  expect(await textOf(session, "https://cdnjs.cloudflare.com/ajax/libs/film.js/1.2.0/film.js")).toBe(
    "var   own = 1;",
  );
});

it("says what is wrong, each fault in words of its own", async () => {
  const registry = await openRegistry();
  registry.publish("film", "1.2.0", { "film.js": "film" });
  const npm = { registry: registry.url };
  expect(await refusalOf({ npm }, "https://unpkg.com/movie@1.0.0/a.js")).toMatchObject({
    code: "library-unknown-package",
    message: expect.stringMatching(/unpkg\.com\/movie@1\.0\.0\/a\.js.* no package movie/),
    isScript: true,
  });
  expect(await refusalOf({ npm }, "https://unpkg.com/film@7.0.0/film.js")).toMatchObject({
    code: "library-unknown-version",
    message: expect.stringContaining("no version 7.0.0 of film"),
  });
  expect(await refusalOf({ npm }, "https://unpkg.com/film@1.2.0/flim.js")).toMatchObject({
    code: "library-unknown-file",
    message: expect.stringContaining("film@1.2.0 has no file flim.js"),
  });
  expect(await refusalOf({})).toMatchObject({
    code: "library-registry-unreachable",
    message: expect.stringContaining("could not be asked for film: ECONNREFUSED"),
  });
  expect(await refusalOf({ npm, mode: "shelf" })).toMatchObject({
    code: "library-not-on-shelf",
    message: expect.stringContaining("the shelf has no film"),
  });
  expect(await refusalOf({ npm, mode: "off" })).toMatchObject({ code: "library-off" });
  expect(await refusalOf({ npm }, "https://cdn.tailwindcss.com/")).toMatchObject({
    code: "library-unknown-url",
    remedy: expect.stringContaining("@tailwindcss/browser@4"),
  });
  registry.corrupt();
  expect(await refusalOf({ npm })).toMatchObject({
    code: "library-integrity",
    message: expect.stringContaining("the integrity differs"),
  });
});

it("lets a version of the same line stand in, with a warning, and none of another line", async () => {
  const registry = await openRegistry();
  for (const [name, version] of [
    ["film", "1.3.0"],
    ["film", "2.0.0"],
    ["young", "0.3.1"],
    ["young", "0.4.0"],
  ] as const)
    registry.publish(name, version, { "a.js": version });
  const session = await openSession({ npm: { registry: registry.url } });
  expect(await textOf(session, "https://unpkg.com/film@1.2.0/a.js")).toBe("1.3.0");
  expect(await textOf(session, "https://unpkg.com/young@0.3.9/a.js")).toBe("0.3.1");
  expect(session.record.report().notes).toMatchObject([
    {
      code: "library-substituted",
      message: expect.stringMatching(/film 1\.3\.0 stands in: .* no version 1\.2\.0/),
    },
    { code: "library-substituted", message: expect.stringContaining("young 0.3.1 stands in") },
  ]);
  await expect(textOf(session, "https://unpkg.com/young@0.2.0/a.js")).rejects.toThrow("no version 0.2.0");
});

it("takes the project's own package first, and gives nothing from beside it", async () => {
  const projectDir = await temporaryFolder();
  const own = join(projectDir, "node_modules/film");
  await mkdir(own, { recursive: true });
  await writeFile(join(own, "package.json"), JSON.stringify({ name: "film", version: "1.2.0" }));
  await writeFile(join(own, "film.js"), "the project's");
  await writeFile(join(projectDir, "secret.js"), "secret");
  const session = await openSession({ projectDir, mode: "off" });
  expect(await textOf(session, URL_OF)).toBe("the project's");
  expect(session.record.report().served).toMatchObject([{ from: "project" }]);
  const beside = "https://cdn.jsdelivr.net/npm/film@1.2.0/%2e%2e%2f%2e%2e%2fsecret.js";
  await expect(textOf(session, beside)).rejects.toThrow("has no file");
});

it("unpacks no link and nothing that leads out of a package", async () => {
  const registry = await openRegistry();
  const cacheDir = await temporaryFolder();
  registry.publish("film", "1.2.0", { "film.js": "film", "../../../../escaped.js": "escaped" });
  const session = await openSession({ cacheDir, npm: { registry: registry.url } });
  expect(await textOf(session, URL_OF)).toBe("film");
  const paths = await readdir(cacheDir, { recursive: true });
  expect(paths.filter((path) => path.includes("escaped"))).toEqual([]);
});
