import type { Progress, Stage } from "@framewright/contract";

/** Where each stage begins on the way from 0 to 1; nearly all of it is capture. */
const BEGINS: Record<Stage, number> = {
  queued: 0,
  plan: 0,
  capture: 0.05,
  assemble: 0.95,
  verify: 0.98,
  done: 1,
};

function fraction({ stage, framesDone, framesTotal }: Progress): number {
  if (stage !== "capture" || framesTotal === null || framesTotal === 0) return BEGINS[stage];
  const captured = Math.min(framesDone / framesTotal, 1);
  return BEGINS.capture + captured * (BEGINS.assemble - BEGINS.capture);
}

function describe({ stage, framesDone, framesTotal, waitingFor }: Progress): string {
  if (waitingFor !== null) return `${stage}: waiting for ${waitingFor}`;
  if (stage === "capture" && framesTotal !== null) return `${stage}: frame ${framesDone} of ${framesTotal}`;
  return stage;
}

/** Progress in the words of these routes' clients. */
export function progressMessage(progress: Progress) {
  if (progress.stage === "queued") {
    return { type: "queued", position: progress.queuePosition ?? 0 } as const;
  }
  return {
    type: "progress",
    stage: progress.stage,
    progress: Math.round(fraction(progress) * 1000) / 1000,
    framesRendered: progress.framesDone,
    totalFrames: progress.framesTotal,
    message: describe(progress),
  } as const;
}
