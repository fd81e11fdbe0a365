import { existsSync, readdirSync, readFileSync } from "node:fs";

import { CONFIG_VARIABLES } from "../../packages/producer/src/config.ts";

const ROOT = new URL("../../", import.meta.url);
const GUIDE = new URL("docs/kubernetes.md", ROOT);
const SOURCES = new URL("packages/producer/src/", ROOT);
/** Suffixes by which Prometheus tells the parts of a histogram. */
const PART = /_(bucket|count|sum)$/;
/** Parts of the service put these before the names of their metrics. */
const PREFIX = /^framewright_(health_|pool_)?/;

function sources(): string {
  const files = ["metrics/", "health/"].flatMap((folder) =>
    readdirSync(new URL(folder, SOURCES)).map((name) => new URL(`${folder}${name}`, SOURCES)),
  );
  return files.map((file) => readFileSync(file, "utf8")).join("\n");
}

/** Whether something in the sources has a metric's whole name, or what follows its prefix. */
function isServed(metric: string, text: string): boolean {
  const name = metric.replace(PART, "");
  return [name, name.replace(PREFIX, "")].some(
    (each) => text.includes(`"${each}"`) || text.includes(`${each}{`),
  );
}

const namesIn = (text: string, pattern: RegExp): string[] => [...new Set(text.match(pattern))];

/** What the guide names that is not there: variables, metrics, files. */
export function checkGuide(): string[] {
  const guide = readFileSync(GUIDE, "utf8");
  const watch = /^## Watch\n(.*?)^## /ms.exec(guide)?.[1] ?? "";
  const known = new Set(CONFIG_VARIABLES.map(({ name }) => name));
  const text = sources();
  return [
    ...namesIn(guide, /PRODUCER_[A-Z0-9_]+/g).filter((name) => !known.has(name)),
    ...namesIn(watch, /framewright_\w+/g).filter((metric) => !isServed(metric, text)),
    ...namesIn(guide, /deploy\/[\w/-]*\w/g)
      // What the reader makes.
      .filter((path) => !path.endsWith("/mine"))
      .filter((path) => !existsSync(new URL(path, ROOT))),
  ].map((name) => `the guide names ${name}, which is not there`);
}
