import type { Render } from "../../packages/contract/src/index.ts";
import type { Subject } from "./compositions.ts";
import type { Tally } from "./tally.ts";

/** What becomes of a render whose processes are lost once too often. */
const CODES_OF_FAULTS: ReadonlySet<string> = new Set([
  "worker-lost",
  "worker-unavailable",
  "browser-failed",
  "encode-failed",
  "page-crashed",
  "composition-poisonous",
]);
/** Fewer losses than these are made good. */
const FAULTS_THAT_FAIL = 3;
/** A stopped worker is noticed so long after it was stopped, in milliseconds. */
const SILENCE_MS = 13_000;

export interface Ended {
  readonly subject: Subject;
  readonly render: Render;
  readonly mayCancel: boolean;
  readonly tally: Tally;
}

/** Counts a render that has ended, and notes whatever about its end the faults do not explain. */
export function expectEnd(ended: Ended): void {
  const { subject, render, tally } = ended;
  if (render.state === "cancelled") {
    tally.cancelled += 1;
    if (!ended.mayCancel) tally.unexpected.push(`${render.id} was cancelled by nobody`);
  } else if (render.state === "succeeded") {
    tally.count(tally.succeeded, subject.name);
    const { verdict, plan } = render;
    if (verdict?.passed !== true || plan?.frames !== subject.expected)
      tally.lost.push(
        `${render.id} (${subject.name}) has ${plan?.frames} frames, verified: ${verdict?.passed}`,
      );
  } else {
    const code = render.problem?.code ?? "no problem";
    tally.count(tally.failed, code);
    if (!isExplained(ended, code))
      tally.unexpected.push(`${subject.name}: ${code}: ${render.problem?.detail}`);
  }
}

function isExplained({ subject, render, tally }: Ended, code: string): boolean {
  if (code === subject.expected) return true;
  const from = Date.parse(render.startedAt ?? render.createdAt) - SILENCE_MS;
  const to = Date.parse(render.finishedAt ?? "");
  return CODES_OF_FAULTS.has(code) && tally.harmfulFaults(from, to) >= FAULTS_THAT_FAIL;
}
