import type { SoundSourcePlan } from "@framewright/contract";

import type { GainPoint } from "../../page-protocol.ts";
import type { PageSource, TaskContext } from "../../tasks.ts";
import { withOpenPage } from "../../with-open-page.ts";
import { mediaFiles } from "../media-file.ts";
import { projectUrl } from "../media-name.ts";
import { readMedia } from "../read-media.ts";
import { makeSound, type SoundTask } from "./make-sound.ts";
import type { MixedSound } from "./mix-sound.ts";
import { sampleLevels } from "./sample-levels.ts";

/** What only the open page knows of its elements, by their selectors. */
interface InPage {
  /** Addresses of what they play. */
  readonly sources: ReadonlyMap<string, string>;
  /** How loud they are, where scripts may change that. */
  readonly levels: ReadonlyMap<string, readonly GainPoint[]>;
}

/** Opens the page where it has to be asked. */
async function readPage(
  { plan, fps, endFrame }: SoundTask,
  source: PageSource,
  context: TaskContext,
  onProgress: () => void,
): Promise<InPage> {
  if (!plan.isSampled && plan.sources.every(({ isFile }) => isFile))
    return { sources: new Map(), levels: new Map() };
  return withOpenPage(
    source,
    context,
    async (composition) => {
      const { elements } = await readMedia(composition.page, Date.now() + source.frameTimeoutMs);
      const sources = new Map(
        elements.flatMap(({ selector, src }) => (src === null ? [] : [[selector, src]])),
      );
      if (!plan.isSampled) return { sources, levels: new Map() };
      return { sources, levels: await sampleLevels(composition, endFrame, source, context, onProgress) };
    },
    fps,
  );
}

/**
 * Makes the sound of a planned video.
 * @param onProgress called now and then, as long as it goes on
 * @throws ProblemError `media-missing`, `media-invalid`, `disk-full`
 */
export async function renderSound(
  task: SoundTask,
  source: PageSource,
  context: TaskContext,
  onProgress: () => void,
): Promise<MixedSound> {
  const { fileOf = async () => null } = source;
  const find = mediaFiles(fileOf, context.scratchDir);
  const { sources, levels } = await readPage(task, source, context, onProgress);
  return makeSound(task, {
    ffmpeg: context.tools.ffmpeg.ffmpeg,
    signal: context.signal,
    onProgress,
    levelOf: ({ selector, volume }: SoundSourcePlan) => levels.get(selector) ?? [{ at: 0, gain: volume }],
    fileOf: async ({ selector, src, isFile }: SoundSourcePlan) =>
      find(isFile ? projectUrl(src, source.url).href : (sources.get(selector) ?? "")),
  });
}
