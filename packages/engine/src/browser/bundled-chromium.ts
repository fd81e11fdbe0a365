import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

import { extract } from "tar";

import { exists } from "../can-access.ts";
import type { BrowserBinary } from "./find-browser.ts";

/** Unpacking takes about two seconds; a disk that needs longer than this is stuck. */
const UNPACK_TIMEOUT_MS = 120_000;
const PACKAGE = "@sparticuz/chromium";
const SYSTEM_FONTS = "/etc/fonts/fonts.conf";

/** The folder of the npm package that carries a headless shell, and its version; null where it is not installed. */
async function locate(): Promise<{ dir: string; version: string } | null> {
  // It ships one build, for x64 Linux.
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const require = createRequire(import.meta.url);
  try {
    const dir = path.resolve(path.dirname(require.resolve(PACKAGE)), "..");
    const manifest = JSON.parse(await readFile(path.join(dir, "package.json"), "utf8")) as {
      version: string;
    };
    return { dir, version: manifest.version };
  } catch {
    // An optional dependency that was left out: the caller looks further.
    return null;
  }
}

/** The package's own configuration names folders of a function host; this one names where the fonts are. */
function fontsConf(dir: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${dir}/fonts</dir><cachedir>${dir}/font-cache</cachedir></fontconfig>
`;
}

/** Unpacks aside and renames, so that a half-unpacked browser is never used and two unpackers do not meet. */
async function unpack(packageDir: string, target: string): Promise<void> {
  const signal = AbortSignal.timeout(UNPACK_TIMEOUT_MS);
  const bin = path.join(packageDir, "bin");
  await mkdir(path.dirname(target), { recursive: true });
  const aside = await mkdtemp(`${target}.`);
  try {
    const binary = path.join(aside, "chromium-headless-shell");
    await pipeline(
      createReadStream(path.join(bin, "chromium.br")),
      createBrotliDecompress(),
      createWriteStream(binary),
      {
        signal,
      },
    );
    await chmod(binary, 0o755);
    for (const archive of ["al2023", "swiftshader", "fonts"]) {
      const source = createReadStream(path.join(bin, `${archive}.tar.br`));
      await pipeline(source, createBrotliDecompress(), extract({ cwd: aside }), { signal });
    }
    await writeFile(path.join(aside, "fonts.conf"), fontsConf(target));
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  }
}

/** The headless shell from npm, unpacked once into the cache; null where the package has none for this machine. */
export async function bundledChromium(
  cacheDir: string,
): Promise<Omit<BrowserBinary, "prefix" | "fonts"> | null> {
  const located = await locate();
  if (!located) return null;
  const target = path.join(cacheDir, `chromium-${located.version}`);
  if (!(await exists(target))) await unpack(located.dir, target);
  // Without fontconfig on the machine, the fonts of the package are all there is.
  const fonts = (await exists(SYSTEM_FONTS)) ? {} : { FONTCONFIG_FILE: path.join(target, "fonts.conf") };
  return {
    path: path.join(target, "chromium-headless-shell"),
    origin: "bundled",
    frameControl: "begin-frame",
    env: { LD_LIBRARY_PATH: path.join(target, "lib"), ...fonts },
    fontCacheDir: cacheDir,
  };
}
