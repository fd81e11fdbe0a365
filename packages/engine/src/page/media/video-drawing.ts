import { replaceMethod } from "../replace.ts";
import { stateOf } from "./media-state.ts";
import { noteRead } from "./pictures.ts";

/** What a script draws of a video is the picture that it shows. */
function pictured(value: unknown): unknown {
  if (!(value instanceof HTMLVideoElement)) return value;
  noteRead();
  return stateOf(value).image ?? value;
}

function replaceArguments(target: object | undefined, methods: readonly string[]): void {
  if (!target) return;
  for (const method of methods)
    replaceMethod(target, method, (original, args) => original(...args.map(pictured)));
}

export function installVideoDrawing(): void {
  const { CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D } = window;
  for (const { prototype } of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D])
    replaceArguments(prototype, ["drawImage", "createPattern"]);
  for (const type of [window.WebGLRenderingContext, window.WebGL2RenderingContext])
    replaceArguments(type?.prototype, ["texImage2D", "texSubImage2D", "texImage3D", "texSubImage3D"]);
  replaceArguments(window, ["createImageBitmap"]);
}
