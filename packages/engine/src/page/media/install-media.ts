import { installMediaApi } from "./media-api.ts";
import { installMediaPort } from "./media-port.ts";
import { keepBrowserFromMedia } from "./no-browser-media.ts";
import { installVideoDrawing } from "./video-drawing.ts";

/** Sound and video elements follow the composition's time, with pictures of the engine's; without a place to ask for them, they are the browser's own. */
export function installMedia(url: string | undefined): void {
  if (url === undefined) return;
  installMediaPort(url);
  keepBrowserFromMedia();
  installMediaApi();
  installVideoDrawing();
}
