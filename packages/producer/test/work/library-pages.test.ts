import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Library } from "@framewright/contract";
import { expect, it } from "vitest";

import { startRegistry } from "../../../local-cdn/test/npm-registry.ts";
import type { JobLibraries, ProbeResult } from "../../src/work/jobs.ts";
import { runJob } from "../../src/work/run-job.ts";
import { openFolder, sharedTools } from "../e2e/machine.ts";

/** What a page threw first, or what it threw instead of a report. */
function reportOf({ uncaught }: ProbeResult["probe"]): unknown {
  const first = uncaught[0]?.text ?? "nothing";
  const [json] = /\{.*\}/.exec(first) ?? [];
  return json === undefined ? first : JSON.parse(json);
}

/** Opens a page as a plan does. What it throws as JSON is what it tells. */
async function probePage(dir: string, html: string, libraries: Partial<JobLibraries>): Promise<ProbeResult> {
  const snapshotDir = join(dir, "snapshot");
  await mkdir(snapshotDir, { recursive: true });
  await writeFile(join(snapshotDir, "index.html"), html);
  const result = await runJob(
    {
      kind: "probe",
      tools: await sharedTools(),
      snapshotDir,
      entryFile: "index.html",
      variables: {},
      fps: { num: 30, den: 1 },
      allowedHosts: [],
      libraries: {
        mode: "registry",
        cacheDir: join(dir, "cache"),
        npm: {},
        locked: [],
        missing: [],
        ...libraries,
      },
      scratchDir: dir,
      readyTimeoutMs: 20_000,
      frameTimeoutMs: 20_000,
    },
    { signal: AbortSignal.timeout(60_000), progress: () => undefined },
  );
  return result as ProbeResult;
}

const FILM = "window.film = { version: '1.2.0' };";
const integrity = `sha384-${createHash("sha384").update(FILM).digest("base64")}`;

const PAGE = `<!doctype html><html><head>
<link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Bebas+Neue&family=Oswald:wght@700">
<script src="https://cdn.jsdelivr.net/npm/film@1.2.0/film.js" integrity="${integrity}" crossorigin="anonymous"></script>
<script src="http://cdnjs.cloudflare.com/ajax/libs/gsap/3/gsap.min.js"></script>
<script type="importmap">{"imports": {"scene": "https://esm.sh/scene@1", "scene/": "https://unpkg.com/scene@1.0.0/"}}</script>
</head><body data-composition-id="main" data-width="320" data-height="180" data-duration="1"
  style="font: 40px 'Bebas Neue'">Width<b style="font: 700 40px Oswald">Width</b>
<iframe srcdoc="<script src='https://cdn.jsdelivr.net/npm/film@1.2.0/film.js'></script><script>parent.inFrame = film.version</script>"></iframe>
<script>let done; window.__framewright?.waitUntil(new Promise((resolve) => { done = resolve; }), "the report");</script>
<script type="module">
  import { parts, core } from "scene";
  import { part } from "scene/part.js";
  const worker = new Worker(URL.createObjectURL(new Blob(["importScripts('https://cdn.jsdelivr.net/npm/film@1.2.0/film.js'); postMessage(film.version)"
    .replace("window", "self")])));
  const ofWorker = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); worker.onerror = ({ message }) => resolve(message); });
  const data = await (await fetch("https://unpkg.com/scene@1.0.0/data.json")).json();
  await document.fonts.ready;
  const loaded = [...document.fonts].filter(({ status }) => status === "loaded").map(({ family, weight }) => family + " " + weight);
  done();
  throw new Error(JSON.stringify({ gsap: typeof gsap.to, film: film.version, inFrame: window.inFrame, ofWorker, parts, core, part, data, loaded }));
</script></body></html>`;

it("serves scripts, modules, data and fonts by the URLs of CDNs, to frames and workers too, and again from the lockfile", async () => {
  await using folder = await openFolder();
  const registry = await startRegistry();
  registry.publish("film", "1.2.0", { "film.js": FILM.replace("window", "self") });
  registry.publish("scene", "1.0.0", {
    "package.json": JSON.stringify({
      name: "scene",
      version: "1.0.0",
      main: "i.js",
      dependencies: { core: "^2.0.0" },
    }),
    "i.js": "exports.parts = 2; exports.core = require('core').name;",
    "part.js": "export const part = 'a part';",
    "data.json": '{"rows": 3}',
  });
  registry.publish("core", "2.4.0", { "index.js": "module.exports = { name: 'core 2.4' };" });
  const npm = { registry: registry.url };
  const page = PAGE.replace(
    integrity,
    `sha384-${createHash("sha384").update(FILM.replace("window", "self")).digest("base64")}`,
  );
  const { probe, hosts, libraries } = await probePage(folder.dir, page, { npm });
  await registry.close();
  const told = {
    gsap: "function",
    film: "1.2.0",
    inFrame: "1.2.0",
    ofWorker: "1.2.0",
    parts: 2,
    core: "core 2.4",
    part: "a part",
    data: { rows: 3 },
    loaded: ["Bebas Neue 400", "Oswald 700"],
  };
  expect(reportOf(probe)).toEqual(told);
  expect(libraries).toMatchObject({ refused: [], notes: [] });
  // Nothing was asked of the hosts themselves, so that chunks can be shared.
  expect(hosts).toEqual([]);
  const from = (name: string): Library["from"] | undefined =>
    libraries.served.find((library) => library.package === name)?.from;
  expect([from("film"), from("gsap"), from("@fontsource/bebas-neue")]).toEqual([
    "registry",
    "shelf",
    "shelf",
  ]);

  // Another page, with the same cache, without a registry or a shelf: the lockfile is enough.
  const again = await probePage(folder.dir, page, { mode: "off", locked: libraries.served });
  expect(reportOf(again.probe)).toEqual(told);
  expect(again.libraries).toEqual(libraries);
});
