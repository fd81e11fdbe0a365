import { ProblemError } from "@framewright/contract";

import { withComposition } from "./composition.ts";
import { readFontUse } from "./font-use.ts";
import type { PageNews } from "./browser/seen.ts";
import { readFindings } from "./findings/inspect.ts";
import type { PageFindings } from "./page-findings.ts";
import type { Declarations } from "./page-protocol.ts";
import type { PageSource, TaskContext } from "./tasks.ts";

/** The size at which a page is opened before it has said its own. */
const PROBE_WIDTH = 1920;
const PROBE_HEIGHT = 1080;
const PROBE_INTERVAL_MS = 1000 / 60;

export interface Probe extends PageNews {
  readonly declarations: Declarations;
  /** Addresses of the document's script elements that are no modules. */
  readonly classicScripts: readonly string[];
  readonly findings: PageFindings;
}

const CLASSIC_SCRIPTS =
  '[...document.scripts].filter(({ src, type }) => src && type !== "module").map(({ src }) => src)';

function isDeclarations(value: unknown): value is Declarations {
  return (
    typeof value === "object" && value !== null && "durations" in value && Array.isArray(value.durations)
  );
}

/**
 * Opens a page once and reads what it declares, unchecked.
 * @throws ProblemError when it does not load, does not get ready, or stops responding
 */
export async function probe(source: PageSource, context: TaskContext): Promise<Probe> {
  const options = {
    ...source,
    ...context.tools,
    scratchDir: context.scratchDir,
    width: PROBE_WIDTH,
    height: PROBE_HEIGHT,
    deviceScaleFactor: 1,
    intervalMs: PROBE_INTERVAL_MS,
    signal: context.signal,
    onWaiting: context.onWaiting,
    onConsole: context.onConsole,
  };
  return withComposition(options, async ({ page }) => {
    const deadline = Date.now() + source.frameTimeoutMs;
    const declarations = await page.evaluate("__framewright.declarations()", deadline);
    if (!isDeclarations(declarations)) {
      throw new ProblemError("page-script-failed", "A script of the composition replaced the page runtime.");
    }
    const classicScripts = (await page.evaluate(CLASSIC_SCRIPTS, deadline)) as string[];
    const findings = await readFindings(page, deadline);
    const fonts = await readFontUse(page, deadline);
    return { declarations, findings, classicScripts, ...page.news(), fonts };
  });
}
