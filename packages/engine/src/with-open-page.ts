import type { Page } from "./browser/page.ts";
import { withComposition } from "./composition.ts";
import type { PageSource, TaskContext } from "./tasks.ts";

/** The size at which a page is opened before it has said its own. */
const WIDTH = 1920;
const HEIGHT = 1080;
const INTERVAL_MS = 1000 / 60;

/** Opens a page to be read, not to be drawn, and waits until it is ready. @throws ProblemError */
export function withOpenPage<T>(
  source: PageSource,
  context: TaskContext,
  read: (page: Page) => Promise<T>,
): Promise<T> {
  const { tools, ...rest } = context;
  const size = { width: WIDTH, height: HEIGHT, deviceScaleFactor: 1, intervalMs: INTERVAL_MS };
  return withComposition({ ...source, ...tools, ...rest, ...size }, ({ page }) => read(page));
}
