import type { SoundSourcePlan } from "@framewright/contract";

import type { PageSource, TaskContext } from "../../tasks.ts";
import { withOpenPage } from "../../with-open-page.ts";
import { mediaFiles } from "../media-file.ts";
import { projectUrl } from "../media-name.ts";
import { readMedia } from "../read-media.ts";
import { makeSound, type SoundTask } from "./make-sound.ts";
import type { MixedSound } from "./mix-sound.ts";

/** What the page's elements play that is no file of the project, by their selectors. Opens the page where it must. */
async function readSources(
  { plan }: SoundTask,
  source: PageSource,
  context: TaskContext,
): Promise<Map<string, string>> {
  if (plan.sources.every(({ isFile }) => isFile)) return new Map();
  const media = await withOpenPage(source, context, (page) =>
    readMedia(page, Date.now() + source.frameTimeoutMs),
  );
  return new Map(media.flatMap(({ selector, src }) => (src === null ? [] : [[selector, src]])));
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
  const inPage = await readSources(task, source, context);
  return makeSound(task, {
    ffmpeg: context.tools.ffmpeg.ffmpeg,
    signal: context.signal,
    onProgress,
    fileOf: async ({ selector, src, isFile }: SoundSourcePlan) =>
      find(isFile ? projectUrl(src, source.url).href : (inPage.get(selector) ?? "")),
  });
}
