import { macrotask } from "./native.ts";
import { call } from "./timers.ts";
import { LOCAL_PATIENCE_MS, track } from "./tracked-work.ts";

/**
 * The browser encodes a canvas's blob when the page is idle, up to a second later. A page that is given its frames on
 * command is hardly ever idle in the browser's sense, so the picture is encoded at once, and given in a later task.
 */
function encode(canvas: HTMLCanvasElement, type?: string, quality?: number): Blob | null {
  const url = canvas.toDataURL(type, quality);
  const comma = url.indexOf(",");
  const media = url.slice("data:".length, comma).replace(";base64", "");
  // Of a canvas without an area: "data:,".
  if (media === "") return null;
  const text = atob(url.slice(comma + 1));
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return new Blob([bytes], { type: media });
}

function laterTask(): Promise<void> {
  return track(macrotask(), { name: "a canvas's blob", patienceMs: LOCAL_PATIENCE_MS });
}

/** The picture of a canvas that has no element, as a canvas that has one. */
function copyOf(canvas: OffscreenCanvas): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext("2d")?.drawImage(canvas, 0, 0);
  return copy;
}

export function installCanvasBlobs(): void {
  HTMLCanvasElement.prototype.toBlob = function toBlob(this: HTMLCanvasElement, callback, type, quality) {
    const blob = encode(this, type, quality);
    const give = async (): Promise<void> => {
      await laterTask();
      call(() => callback(blob));
    };
    void give();
  };
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const convertToBlob = OffscreenCanvas.prototype.convertToBlob;
  OffscreenCanvas.prototype.convertToBlob = async function convert(this: OffscreenCanvas, options) {
    const blob = (() => {
      try {
        return encode(copyOf(this), options?.type, options?.quality);
      } catch {
        // What cannot be encoded so, the browser itself refuses, or encodes in its own time.
        return null;
      }
    })();
    if (blob === null) return convertToBlob.call(this, options);
    await laterTask();
    return blob;
  };
}
