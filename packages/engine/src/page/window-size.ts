import { replaceGetter } from "./replace.ts";

/** The window fills the screen, also where the browser's own is larger for the picture's sake. */
export function installWindowSize(): void {
  replaceGetter(window, "outerWidth", () => screen.width);
  replaceGetter(window, "outerHeight", () => screen.height);
}
