import type { PageFinding } from "../../page-findings.ts";
import { replaceMethod } from "../replace.ts";
import { selectorOf } from "./selector.ts";

let tainted: PageFinding | null = null;

function note(canvas: unknown): void {
  if (tainted) return;
  const selector = canvas instanceof HTMLCanvasElement && canvas.isConnected ? selectorOf(canvas) : null;
  tainted = {
    code: "canvas-tainted",
    severity: "warning",
    message: `The page may not read back the canvas${selector ? ` ${selector}` : ""}: it has drawn a picture of another origin there.`,
    remedy: "Ship the picture with the project, or load it with crossorigin from a host that allows it.",
    ...(selector && { selector }),
  };
}

/** What a method belongs to: a canvas, or the context of one. */
function canvasOf(owner: object): unknown {
  return "canvas" in owner ? owner.canvas : owner;
}

function watch(target: object, method: string): void {
  replaceMethod(target, method, (original, args, on) => {
    try {
      return original(...args);
    } catch (error) {
      if (error instanceof DOMException && error.name === "SecurityError") note(canvasOf(on));
      throw error;
    }
  });
}

/** Notices when a page is refused what it has drawn. What is only shown is none the worse for it. */
export function installTaintedCanvas(): void {
  for (const method of ["toBlob", "toDataURL", "captureStream"]) watch(HTMLCanvasElement.prototype, method);
  watch(CanvasRenderingContext2D.prototype, "getImageData");
  for (const context of [WebGLRenderingContext, WebGL2RenderingContext])
    for (const method of ["texImage2D", "texSubImage2D"]) watch(context.prototype, method);
}

export function taintedCanvases(): PageFinding[] {
  return tainted ? [tainted] : [];
}
