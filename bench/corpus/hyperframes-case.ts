import type { Case, Part } from "./case.ts";
import type { Shape } from "./shapes.ts";

type Files = Case["files"];
type More = Partial<Omit<Case, "name" | "part" | "files">>;

/** Makes cases of one group, in HyperFrames' format. */
export function hyperframesGroup(group: string, part: Part) {
  return (name: string, files: Files | string, shows: readonly Shape[], more: More = {}): Case => ({
    name: `${group}/${name}`,
    part,
    files: typeof files === "string" ? { "index.html": files } : files,
    ...(shows.length > 0 && { shows }),
    hyperframes: true,
    ...more,
  });
}
