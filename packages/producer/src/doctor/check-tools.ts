import { type Format, OUTPUTS, outputOf } from "@framewright/contract";
import { canEncode, resolveOutput, runForOutput, type Tools } from "@framewright/engine";

import { type DoctorCheck, ok } from "./check.ts";

const VERSION_TIMEOUT_MS = 10_000;
/** The outputs that an ffmpeg can write, and those that it cannot, by format and codec. */
function outputsOf({ ffmpeg }: Tools): { readonly written: string[]; readonly refused: string[] } {
  const written: string[] = [];
  const refused: string[] = [];
  for (const format of Object.keys(OUTPUTS) as Format[]) {
    const { codecs } = outputOf(format);
    for (const codec of codecs.length === 0 ? [undefined] : codecs) {
      const name = codec === undefined ? format : `${format} (${codec})`;
      const list = canEncode(resolveOutput({ format, codec, quality: "standard" }), ffmpeg)
        ? written
        : refused;
      list.push(name);
    }
  }
  return { written, refused };
}

export async function checkFfmpeg(tools: Tools): Promise<DoctorCheck> {
  const { ffmpeg } = tools;
  const banner = await runForOutput(ffmpeg.ffmpeg, ["-version"], {
    deadline: Date.now() + VERSION_TIMEOUT_MS,
  });
  const version = /version (\S+)/.exec(banner)?.[1] ?? "unknown";
  const { written, refused } = outputsOf(tools);
  const cannot = refused.length === 0 ? "" : `; cannot write ${refused.join(", ")}`;
  return ok(
    "ffmpeg",
    `${ffmpeg.origin}, ${version}, writes ${written.join(", ")}${cannot} (${ffmpeg.ffmpeg})`,
  );
}

export async function checkBrowser({ browser, sandbox }: Tools): Promise<DoctorCheck> {
  const { origin, path, env } = browser;
  const version = await runForOutput(path, ["--version", "--no-sandbox"], {
    deadline: Date.now() + VERSION_TIMEOUT_MS,
    env,
  });
  return ok("browser", `${origin}, ${version.trim()}, sandbox ${sandbox ? "on" : "off"} (${path})`);
}
