export { assemble, type AssembleTask } from "./assemble/assemble.ts";
export { type BrowserBinary, findBrowser, type FrameControl } from "./browser/find-browser.ts";
export type { FailedRequest, FrameSpan, PageNews } from "./browser/seen.ts";
export { startOnce, tryBrowser, type TriedBrowser } from "./browser/try-browser.ts";
export { captureChunk } from "./capture/capture-chunk.ts";
export { captureOf } from "./capture/choose-capture.ts";
export { asDiskFull, orDiskFull } from "./disk-full.ts";
export { FINISH_STALL_MS, WRITE_STALL_MS } from "./encode/encoder.ts";
export { type FfmpegBinaries, ffmpegVersion, findFfmpeg, listEncoders } from "./encode/find-ffmpeg.ts";
export type { Inspection } from "./findings/inspect.ts";
export { type BlankStretch, joinStretches, type PictureFacts } from "./findings/picture-facts.ts";
export { SAMPLE_RATE } from "./media/sound/sound-source.ts";
export type { ExpectedSound } from "./outputs/record.ts";
export type { SoundTask } from "./media/sound/make-sound.ts";
export type { MixedSound } from "./media/sound/mix-sound.ts";
export type { MediaLimits } from "./media/sound/probe-sound.ts";
export { renderSound } from "./media/sound/render-sound.ts";
export { MEDIA_PATH, type MediaRequest, type MediaResponse, PageMedia } from "./media/frames/page-media.ts";
export type { CutText } from "./page-findings.ts";
export type { DeclaredDuration, Declarations, PageConfig } from "./page-protocol.ts";
export { pageHeadHtml, pageScript } from "./page-source.ts";
export { type HeardOnPage, type Probe, probe } from "./probe.ts";
export type { Expectation, Output } from "./outputs/record.ts";
export { canEncode, requireEncoders } from "./outputs/require-encoders.ts";
export { chunkEncodingOf, recordOf } from "./outputs/records.ts";
export { resolveOutput } from "./outputs/resolve-output.ts";
export { RunError, runForOutput } from "./run-for-output.ts";
export { isAlike } from "./seams/shape.ts";
export type {
  Capture,
  CapturedChunk,
  ChunkFile,
  ChunkSeams,
  ChunkTask,
  PageSource,
  PictureMark,
  Picture,
  TaskContext,
  Tools,
} from "./tasks.ts";
export { verify } from "./verify/verify.ts";
