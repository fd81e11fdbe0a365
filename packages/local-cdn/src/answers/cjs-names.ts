import { readFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";

import { init, parse } from "cjs-module-lexer";

const MAX_DEPTH = 5;
/** What an ES module cannot export, or what is exported anyway. */
const EXCLUDED = new Set(["default", "__esModule", "module.exports"]);

/** The names that a CommonJS file of a package exports, as far as its text tells: those of the files that it passes on, too. */
export async function namesOf(file: string, dir: string, depth = 0): Promise<string[]> {
  await init();
  const source = await readFile(file, "utf8").catch(() => "");
  const { exports, reexports } = tryParse(source);
  const names = new Set(exports);
  if (depth < MAX_DEPTH) {
    for (const other of reexports.filter((each) => each.startsWith("."))) {
      const path = await onDisk(resolve(dirname(file), other), dir);
      if (path !== null) for (const name of await namesOf(path, dir, depth + 1)) names.add(name);
    }
  }
  return [...names].filter((name) => !EXCLUDED.has(name));
}

function tryParse(source: string): { exports: Iterable<string>; reexports: string[] } {
  try {
    const { exports, reexports } = parse(source);
    return { exports, reexports: [...reexports] };
  } catch {
    // No JavaScript that the lexer reads: the module has its default export alone.
    return { exports: [], reexports: [] };
  }
}

async function onDisk(path: string, dir: string): Promise<string | null> {
  for (const candidate of [path, `${path}.js`, `${path}.cjs`, `${path}/index.js`]) {
    if (!candidate.startsWith(dir + sep)) continue;
    if (
      await readFile(candidate).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  }
  return null;
}
