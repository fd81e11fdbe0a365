import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import type { Libraries } from "../src/libraries.ts";
import { type FakeRegistry, startRegistry } from "./npm-registry.ts";
import { openSession, textOf } from "./session.ts";

async function openRegistry(): Promise<FakeRegistry> {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  return registry;
}

/** Runs a module as a browser would: what it imports by URL is fetched, each URL once. Gives its exports. */
async function run(session: Libraries, url: string): Promise<Record<string, unknown>> {
  const dir = await mkdtemp(join(tmpdir(), "framewright-modules-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const files = new Map<string, string>();
  const bring = async (address: string): Promise<string> => {
    const known = files.get(address);
    if (known) return known;
    const file = join(dir, `${files.size}.mjs`);
    files.set(address, file);
    let text = await textOf(session, address);
    for (const [whole, quote = "", inner = ""] of text.matchAll(/(["'])(https:[^"']+)\1/g))
      text = text.replaceAll(whole, `${quote}${await bring(inner)}${quote}`);
    await writeFile(file, text);
    return file;
  };
  return (await import(await bring(url))) as Record<string, unknown>;
}

it("makes a module of CommonJS, with the names that it exports", async () => {
  const registry = await openRegistry();
  registry.publish("film", "1.2.0", {
    "index.js": "module.exports = require('./lib/real.js');",
    "lib/real.js": "exports.length = 3; exports.title = process.env.NODE_ENV;",
  });
  const session = await openSession({ npm: { registry: registry.url } });
  const film = await run(session, "https://cdn.jsdelivr.net/npm/film@1.2.0/+esm");
  expect(film).toMatchObject({ length: 3, title: "production", default: { length: 3 } });
});

it("gives a page each package once, whether it names a range or a dependency does", async () => {
  const registry = await openRegistry();
  for (const version of ["1.0.0", "1.1.0"])
    registry.publish("core", version, { "index.js": `exports.version = "${version}"; exports.state = {};` });
  registry.publish("view", "2.0.0", {
    "package.json": JSON.stringify({
      name: "view",
      version: "2.0.0",
      main: "i.js",
      peerDependencies: { core: "^1.0.0" },
    }),
    "i.js": "const core = require('core'); exports.core = core; exports.call = typeof core.state;",
  });
  const session = await openSession({ npm: { registry: registry.url } });
  const core = await run(session, "https://esm.sh/core@1.0.0");
  const view = await run(session, "https://esm.sh/view@2");
  expect(core).toMatchObject({ version: "1.0.0" });
  expect(view).toMatchObject({ core: { version: "1.0.0" }, call: "object" });
  const cores = session.record.report().served.filter((library) => library.package === "core");
  expect(cores.map(({ url }) => url)).toEqual([
    "https://esm.sh/core@1.0.0",
    "https://esm.sh/core@1.0.0/+esm",
  ]);
});

it("reads nothing from beside a package, whatever its files import", async () => {
  const registry = await openRegistry();
  registry.publish("film", "1.2.0", {
    "index.js": "export { default } from '../../../../../../../../etc/hostname.json';",
  });
  registry.publish("film", "1.3.0", {
    "index.js": `export { default } from ${JSON.stringify(import.meta.filename)};`,
  });
  const session = await openSession({ npm: { registry: registry.url } });
  await expect(textOf(session, "https://esm.sh/film@1.2.0")).rejects.toThrow(
    "No ES module can be made of film@1.2.0",
  );
  await expect(textOf(session, "https://esm.sh/film@1.3.0")).rejects.toThrow("outside of the package");
});

it("says which dependency is missing", async () => {
  const registry = await openRegistry();
  registry.publish("film", "1.2.0", { "index.js": "import 'no-such-thing';" });
  const session = await openSession({ npm: { registry: registry.url } });
  await expect(textOf(session, "https://esm.sh/film@1.2.0")).rejects.toThrow("no package no-such-thing");
});
