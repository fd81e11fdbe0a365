import type { FrameForm } from "../capture/port.ts";
import type { Picture } from "../tasks.ts";
import { alphaOf } from "./alpha-of.ts";
import { blankScreenshots } from "./blank-screenshots.ts";
import { blankRaw } from "./blank-raw.ts";
import { type ColourTools, findColours, maxBlankBytes } from "./find-colours.ts";
import { type PictureFacts, type PictureWatch, watchPictures } from "./picture-facts.ts";

/** Notes also how transparent the first picture is. */
function watchingAlpha(watch: PictureWatch): PictureWatch {
  let firstAlpha: PictureFacts["firstAlpha"];
  return {
    observe(frame, image) {
      firstAlpha ??= alphaOf(image);
      watch.observe(frame, image);
    },
    facts: async () => ({ ...(await watch.facts()), ...(firstAlpha && { firstAlpha }) }),
  };
}

/** Watches frames of any form. */
export function watchFrames(
  form: FrameForm,
  { videoWidth, videoHeight, output }: Pick<Picture, "videoWidth" | "videoHeight" | "output">,
  tools: ColourTools,
): PictureWatch {
  if (form.codec === "rawvideo") return watchPictures(blankRaw());
  const watch = watchPictures(
    blankScreenshots({
      maxBlankBytes: maxBlankBytes(form, videoWidth * videoHeight),
      colours: (images) => findColours(images, form, tools),
    }),
  );
  return output.transparent ? watchingAlpha(watch) : watch;
}
