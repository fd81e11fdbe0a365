import { asProblemError, isProblemError, type ProblemCode, ProblemError } from "@framewright/contract";

import { type Lease, LeaseLost } from "../../queue/lease.ts";
import { pause } from "../../postgres/pause.ts";
import { assembleStep } from "./assemble-step.ts";
import { chunkStep } from "./chunk-step.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { planAloneStep } from "./plan-alone-step.ts";
import { planStep } from "./plan-step.ts";
import { soundStep } from "./sound-step.ts";
import { beginAttempt, endAttempt, returnWork, settle } from "./settle.ts";

/** Services that may be lost with the same work before it is taken for what ends them. */
const MAX_LOST = 8;

/** How long work is held back whose files cannot be stored or fetched. */
const STORE_PAUSE_MS = 5_000;

/** What says that this process cannot do the work now, and nothing of the work itself. */
const NOT_HERE: ReadonlySet<ProblemCode> = new Set([
  "shutting-down",
  "worker-unavailable",
  "database-unavailable",
  "store-unavailable",
]);

function doStep(lease: Lease, deps: FlowDeps): Promise<void> {
  const { work } = lease;
  switch (work.kind) {
    case "plan":
      return planStep(lease, work.renderId, deps);
    case "chunk":
      return chunkStep(lease, work, deps);
    case "sound":
      return soundStep(lease, work, deps);
    case "assemble":
      return assembleStep(lease, work.renderId, deps);
    case "plan-alone":
      return planAloneStep(lease, work.planId, deps);
  }
}

/** What the work failed of fails what it was for. */
async function fail(lease: Lease, problem: ProblemError, deps: FlowDeps): Promise<void> {
  const { work } = lease;
  await settle(deps, lease, "failed", async (tx) => {
    if (work.kind === "plan-alone") await deps.endings.failPlan(tx, work.planId, problem);
    else await deps.endings.fail(tx, work.renderId, problem);
  });
}

const isNotHere = (error: unknown): error is ProblemError =>
  isProblemError(error) && NOT_HERE.has(error.code);

/** Stores how work ended that was not done. */
async function tellEnd(lease: Lease, error: unknown, deps: FlowDeps): Promise<void> {
  if (error instanceof LeaseLost) {
    deps.log.info({ work: lease.work, detail: error.message }, "work let go");
    await endAttempt(deps.database, lease, "handed-back");
  } else if (isNotHere(error)) {
    // What refuses at once would be asked again at once, by everybody.
    if (error.code === "store-unavailable") await pause(STORE_PAUSE_MS, lease.signal);
    await returnWork(deps, lease);
  } else await fail(lease, asProblemError(error), deps);
}

/** Does what a lease is for, and stores what became of it. Never rejects. */
export async function doWork(lease: Lease, deps: FlowDeps): Promise<void> {
  try {
    const lost = await beginAttempt(deps, lease);
    if (lost >= MAX_LOST) {
      throw new ProblemError("composition-poisonous", `${lost} services have ended while they worked on it.`);
    }
    await doStep(lease, deps);
  } catch (failure) {
    // What ended the work matters more than how it put up with that.
    const error: unknown = lease.signal.aborted ? lease.signal.reason : failure;
    try {
      await tellEnd(lease, error, deps);
    } catch (later) {
      // A failure that the database refuses to keep would be refused each time: that counts.
      if (lease.signal.aborted || isNotHere(error) || error instanceof LeaseLost) deps.untold.add(lease);
      deps.log.warn(
        { work: lease.work, err: later, first: error },
        "how some work ended could not be stored; it is done again",
      );
    }
  }
}
