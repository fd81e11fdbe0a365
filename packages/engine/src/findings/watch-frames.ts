import type { FrameForm } from "../capture/port.ts";
import type { Picture } from "../tasks.ts";
import { blankScreenshots } from "./blank-screenshots.ts";
import { blankRaw } from "./blank-raw.ts";
import { type ColourTools, findColours, maxBlankBytes } from "./find-colours.ts";
import { type PictureWatch, watchPictures } from "./picture-facts.ts";

/** Watches frames of any form. */
export function watchFrames(
  form: FrameForm,
  { videoWidth, videoHeight }: Pick<Picture, "videoWidth" | "videoHeight">,
  tools: ColourTools,
): PictureWatch {
  if (form.codec === "rawvideo") return watchPictures(blankRaw());
  return watchPictures(
    blankScreenshots({
      maxBlankBytes: maxBlankBytes(form, videoWidth * videoHeight),
      colours: (images) => findColours(images, form, tools),
    }),
  );
}
