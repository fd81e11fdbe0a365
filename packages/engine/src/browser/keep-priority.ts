import { findOnPath } from "../find-on-path.ts";

/**
 * What a browser's command is preceded by, so that it keeps the priority that it is given. A browser that runs as root
 * raises its threads above everybody else's, and then the service's probes wait for its pictures. Empty where it has
 * no right to do so anyway. Linux: https://man7.org/linux/man-pages/man1/setpriv.1.html
 */
export async function keepPriority(searchPath: string): Promise<readonly string[]> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return [];
  const setpriv = await findOnPath(["setpriv"], searchPath);
  return setpriv === undefined ? [] : [setpriv, "--bounding-set=-sys_nice", "--inh-caps=-sys_nice", "--"];
}
