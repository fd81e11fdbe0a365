import { isFinished, type Render } from "@framewright/contract";

import { type Api, renderWhen, submit } from "../calls.ts";
import { expectThat } from "../guarantee.ts";
import { FRAMES, plainPage } from "../pages.ts";

/** For a plan and the first frames: well under two seconds on a free machine. */
const CAPTURE_WITHIN_MS = 20_000;
/** For the whole render, with what is lost rendered again. */
const FINISH_WITHIN_MS = 60_000;
const FRAMES_BEFORE = 20;

/** Submits a plain composition and waits until some of its frames are captured. */
export async function startCapturing(api: Api): Promise<string> {
  const id = await submit(api, plainPage());
  const captures = ({ progress }: Render): boolean =>
    progress.stage === "capture" && progress.framesDone > FRAMES_BEFORE;
  await renderWhen(api, id, captures, CAPTURE_WITHIN_MS);
  return id;
}

/** Waits for the end of a render, whatever it is. */
export function finished(api: Api, id: string): Promise<Render> {
  return renderWhen(api, id, ({ state }) => isFinished(state), FINISH_WITHIN_MS);
}

/** Throws unless a render of the plain composition is complete and verified. */
export function expectComplete({ state, problem, verdict, plan }: Render): void {
  expectThat(state === "succeeded", `the render ${state}: ${problem?.detail ?? ""}`);
  expectThat(verdict?.passed === true, "the video did not pass its check");
  expectThat(plan?.frames === FRAMES, `the video has ${plan?.frames} frames instead of ${FRAMES}`);
}
