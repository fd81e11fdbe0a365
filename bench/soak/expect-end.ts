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
  if (ended.render.state === "cancelled") cancelled(ended);
  else if (ended.render.state === "succeeded") succeeded(ended);
  else failed(ended);
}

function cancelled({ render, mayCancel, tally }: Ended): void {
  tally.cancelled += 1;
  if (!mayCancel) tally.unexpected.push(`${render.id} was cancelled by nobody`);
}

function succeeded({ subject: { name, expected }, render: { id, plan, verdict }, tally }: Ended): void {
  tally.count(tally.succeeded, name);
  const found = `${plan?.frames} frames, verified: ${verdict?.passed}`;
  const wanted = `${expected} frames, verified: true`;
  if (found !== wanted) tally.lost.push(`${id} (${name}): ${found} instead of ${wanted}`);
}

function failed(ended: Ended): void {
  const { subject, render, tally } = ended;
  const { code, detail } = render.problem ?? { code: "no problem", detail: "" };
  tally.count(tally.failed, code);
  if (code !== subject.expected && !isByFaults(ended, code))
    tally.unexpected.push(`${subject.name}: ${code}: ${detail}`);
}

/** Whether enough faults struck while a render ran. */
function isByFaults({ render, tally }: Ended, code: string): boolean {
  const from = Date.parse(render.startedAt ?? render.createdAt) - SILENCE_MS;
  return CODES_OF_FAULTS.has(code) && tally.harmfulFaults(from) >= FAULTS_THAT_FAIL;
}
