import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Deep enough for a project within a project. */
const MAX_DEPTH = 3;
const MAX_NAMES = 5;

/** HTML documents of a folder, those at its top first. */
async function documents(dir: string, folder = "", depth = 0): Promise<string[]> {
  const entries = await readdir(join(dir, folder), { withFileTypes: true });
  const named = entries
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const path = (name: string): string => (folder === "" ? name : `${folder}/${name}`);
  const found = named
    .filter((entry) => entry.isFile() && /\.html?$/i.test(entry.name))
    .map(({ name }) => path(name));
  if (depth >= MAX_DEPTH) return found;
  for (const entry of named.filter((each) => each.isDirectory())) {
    if (found.length >= MAX_NAMES) break;
    found.push(...(await documents(dir, path(entry.name), depth + 1)));
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing is a part of a name.
    return text;
  }
}

/** Why a name is probably not that of the file that was meant: it is part of a URL. */
function urlHint(entryFile: string, found: readonly string[]): string | null {
  const [path = ""] = entryFile.split(/[?#]/, 1);
  const rest = entryFile.slice(path.length);
  if (rest !== "" && found.includes(decoded(path))) {
    const values = rest.startsWith("?") ? "; values go into `variables`" : "";
    return `It is the path of a file, not a URL: leave ${JSON.stringify(rest)} out${values}.`;
  }
  const plain = decoded(entryFile);
  return plain !== entryFile && found.includes(plain)
    ? `It is the path of a file, not a URL: write ${JSON.stringify(plain)}.`
    : null;
}

/** Says what a folder holds in place of the entry file that it does not. */
export async function entryFileHint(dir: string, entryFile: string): Promise<string> {
  const found = await documents(dir);
  if (found.length === 0) return "It holds no HTML file.";
  const names = found.slice(0, MAX_NAMES).map((name) => JSON.stringify(name));
  return urlHint(entryFile, found) ?? `It holds ${names.join(", ")}.`;
}
