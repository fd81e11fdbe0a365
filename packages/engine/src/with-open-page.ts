import type { Fps } from "@framewright/contract";

import { type Composition, withComposition } from "./composition.ts";
import type { PageSource, TaskContext } from "./tasks.ts";

/** The size at which a page is opened before it has said its own. */
const WIDTH = 1920;
const HEIGHT = 1080;

/** Opens a page to be read, not to be drawn, and waits until it is ready. @throws ProblemError */
export function withOpenPage<T>(
  source: PageSource,
  { tools, ...context }: TaskContext,
  read: (composition: Composition) => Promise<T>,
  { num, den }: Fps = { num: 60, den: 1 },
): Promise<T> {
  const size = { width: WIDTH, height: HEIGHT, deviceScaleFactor: 1, intervalMs: (1000 * den) / num };
  return withComposition({ ...source, ...tools, ...context, ...size }, read);
}
