import { createInterface } from "node:readline";

import { z } from "zod";

import { runForOutput } from "../run-for-output.ts";

const InfoSchema = z.object({
  streams: z.array(
    z.object({
      codec_type: z.string(),
      codec_name: z.string(),
      width: z.int().optional(),
      height: z.int().optional(),
      pix_fmt: z.string().optional(),
      r_frame_rate: z.string().optional(),
      avg_frame_rate: z.string().optional(),
      sample_rate: z.string().optional(),
      channels: z.int().optional(),
      time_base: z.string().optional(),
      /** In units of the time base: the format's own duration is rounded to milliseconds. */
      duration_ts: z.int().optional(),
      tags: z.object({ DURATION: z.string().optional() }).optional(),
    }),
  ),
});
export type StreamInfo = z.infer<typeof InfoSchema>;

export interface RunBounds {
  readonly deadline: number;
  readonly signal: AbortSignal;
}

export async function readInfo(ffprobe: string, file: string, bounds: RunBounds): Promise<StreamInfo> {
  const json = await runForOutput(ffprobe, ["-v", "error", "-show_streams", "-of", "json", file], bounds);
  return InfoSchema.parse(JSON.parse(json));
}

export interface Packet {
  /** Presentation time, in units of the stream's time base. */
  readonly pts: number;
  readonly key: boolean;
  /** In the same units. */
  readonly duration: number;
}

/** Reads every packet of the video stream, one at a time: memory does not grow with length. */
export async function readPackets(
  ffprobe: string,
  file: string,
  bounds: RunBounds,
  onPacket: (packet: Packet) => void,
): Promise<void> {
  const args = [
    "-v",
    "error",
    "-select_streams",
    "v:0",
    "-show_entries",
    "packet=pts,duration,flags",
    "-of",
    "csv=p=0",
    file,
  ];
  await runForOutput(ffprobe, args, {
    ...bounds,
    onOutput: (output) => {
      createInterface({ input: output }).on("line", (line) => {
        // What is beside a packet, transparency say, has a line of its own, without words.
        if (line === "") return;
        const [pts, duration, flags] = line.split(",");
        onPacket({ pts: Number(pts), duration: Number(duration), key: flags?.startsWith("K") ?? false });
      });
    },
  });
}
