import { spawn } from "node:child_process";
import { once } from "node:events";

import { bitmapBytes, type Size } from "../../packages/engine/src/capture/compositor-memory/bitmap.ts";
import { withProject } from "../frames/open-project.ts";

/** Writes the frames of a project as the browser draws them, without loss. */
export async function writeLossless(dir: string, size: Size, frames: number, file: string): Promise<void> {
  const input = ["-f", "rawvideo", "-pixel_format", "bgra", "-video_size", `${size.width}x${size.height}`];
  const output = ["-c:v", "ffv1", "-pix_fmt", "bgr0", file];
  const child = spawn("ffmpeg", ["-v", "error", "-y", ...input, "-framerate", "30", "-i", "-", ...output], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  await withProject(dir, size, async ({ memory, stepTo }) => {
    const pixels = Buffer.alloc(bitmapBytes(size));
    for (let frame = 0; frame < frames; frame++) {
      await memory.frames.draw(frame, await stepTo(frame));
      if (!memory.bitmap.read(pixels)) throw new Error("the bitmap is not there any more");
      await new Promise<void>((resolve, reject) => {
        child.stdin.write(pixels, (error) => (error ? reject(error) : resolve()));
      });
    }
  });
  child.stdin.end();
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`ffmpeg ended with code ${code}`);
}
