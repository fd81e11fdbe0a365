import { ProblemError, type SoundPlan } from "@framewright/contract";

import { readFontUse } from "./font-use.ts";
import type { PageNews } from "./browser/seen.ts";
import { readFindings } from "./findings/inspect.ts";
import type { PageFindings } from "./page-findings.ts";
import { mediaFiles } from "./media/media-file.ts";
import { type MediaOfPage, readMedia } from "./media/read-media.ts";
import { type MediaLimits, probeSound } from "./media/sound/probe-sound.ts";
import type { Declarations } from "./page-protocol.ts";
import type { PageSource, TaskContext } from "./tasks.ts";
import { withOpenPage } from "./with-open-page.ts";

/** What is heard of a page, before anything is known of its length. */
export type HeardOnPage = Pick<SoundPlan, "sources" | "isSampled">;

export interface Probe extends PageNews {
  readonly declarations: Declarations;
  /** Addresses of the document's script elements that are no modules. */
  readonly classicScripts: readonly string[];
  readonly findings: PageFindings;
  /** What is heard of the page. (Default: nothing.) */
  readonly sound?: HeardOnPage;
}

const CLASSIC_SCRIPTS =
  '[...document.scripts].filter(({ src, type }) => src && type !== "module").map(({ src }) => src)';

function isDeclarations(value: unknown): value is Declarations {
  return (
    typeof value === "object" && value !== null && "durations" in value && Array.isArray(value.durations)
  );
}

/** For whoever does not say: more than any film has. */
const NO_MORE_THAN: MediaLimits = { maxTracks: 500, maxSeconds: 14_400 };

/** All files together: the page's own time is no measure for them. */
const MEDIA_TIMEOUT_MS = 60_000;

async function soundOf(
  { elements, mayVolumesChange: mayChange }: MediaOfPage,
  { fileOf = async () => null }: PageSource,
  { tools, scratchDir, signal }: TaskContext,
  limits: MediaLimits,
): Promise<HeardOnPage> {
  const { ffmpeg, ffprobe } = tools.ffmpeg;
  const deadline = Date.now() + MEDIA_TIMEOUT_MS;
  const files = mediaFiles(fileOf, scratchDir);
  const bounds = { ffmpeg, ffprobe, limits, mayChange, deadline, signal };
  return { sources: await probeSound(elements, { fileOf: files, ...bounds }), isSampled: mayChange };
}

/**
 * Opens a page once and reads what it declares, unchecked.
 * @throws ProblemError when it does not load, does not get ready, or stops responding
 */
export async function probe(source: PageSource, context: TaskContext, limits = NO_MORE_THAN): Promise<Probe> {
  return withOpenPage(source, context, async ({ page }) => {
    const deadline = Date.now() + source.frameTimeoutMs;
    const declarations = await page.evaluate("__framewright.declarations()", deadline);
    if (!isDeclarations(declarations)) {
      throw new ProblemError("page-script-failed", "A script of the composition replaced the page runtime.");
    }
    const classicScripts = (await page.evaluate(CLASSIC_SCRIPTS, deadline)) as string[];
    const findings = await readFindings(page, deadline);
    const fonts = await readFontUse(page, deadline);
    const media = await readMedia(page, deadline);
    const sound = await soundOf(media, source, context, limits);
    return { declarations, findings, classicScripts, ...page.news(), fonts, sound };
  });
}
