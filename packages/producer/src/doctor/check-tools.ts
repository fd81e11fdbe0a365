import { listEncoders, runForOutput, type Tools } from "@framewright/engine";

import { type DoctorCheck, ok } from "./check.ts";

const VERSION_TIMEOUT_MS = 10_000;
/** Encoders worth knowing of; H.264 is the one that is needed. */
const ENCODERS = ["libx264", "libx265", "libvpx-vp9", "libsvtav1", "prores_ks", "aac", "libopus", "gif"];

export async function checkFfmpeg({ ffmpeg }: Tools): Promise<DoctorCheck> {
  const banner = await runForOutput(ffmpeg.ffmpeg, ["-version"], {
    deadline: Date.now() + VERSION_TIMEOUT_MS,
  });
  const version = /version (\S+)/.exec(banner)?.[1] ?? "unknown";
  const listed = await listEncoders(ffmpeg.ffmpeg);
  const encoders = ENCODERS.filter((name) => new RegExp(String.raw`\s${name}\s`).test(listed));
  return ok("ffmpeg", `${ffmpeg.origin}, ${version}, encodes ${encoders.join(", ")} (${ffmpeg.ffmpeg})`);
}

export async function checkBrowser({ browser, sandbox }: Tools): Promise<DoctorCheck> {
  const { origin, path, env } = browser;
  const version = await runForOutput(path, ["--version", "--no-sandbox"], {
    deadline: Date.now() + VERSION_TIMEOUT_MS,
    env,
  });
  return ok("browser", `${origin}, ${version.trim()}, sandbox ${sandbox ? "on" : "off"} (${path})`);
}
