import { isProblemError, type ProblemCode, ProblemError, withEvidence } from "@framewright/contract";

import type { Moment } from "./moment.ts";
import { publicLines } from "./public-lines.ts";

/** Work that ended with what did it: another try may succeed. */
const LOSSES: ReadonlySet<ProblemCode> = new Set([
  "worker-lost",
  "browser-failed",
  "encode-failed",
  "page-crashed",
]);

/** With the third charge a composition is poison. */
export const MAX_CHARGES = 3;

/** Kills from outside, one after the other with no chunk done between them, that a render puts up with. */
const MAX_KILLS = 8;

const KILLED = new Set<string>(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"]);
/** How a process ends that worked, and that nobody of ours has ended. */
const IN_MID_WORK = new Set<string>(["crash", "killed"]);

/** @throws the failure itself when it is no loss */
function asLoss(failure: unknown): ProblemError {
  if (!isProblemError(failure) || !LOSSES.has(failure.code)) throw failure;
  return failure;
}

/** Whether a loss by itself says that the composition caused it. */
function speaksOfComposition({ code, evidence }: ProblemError): boolean {
  return code === "page-crashed" || evidence?.exit?.reason === "oom";
}

/** Whether somebody else ended what did the work in the midst of it: an operator, say, or the system. */
function isKilledFromOutside(problem: ProblemError): boolean {
  const { exit } = problem.evidence ?? {};
  if (!exit || exit.signal === null || speaksOfComposition(problem)) return false;
  return IN_MID_WORK.has(exit.reason) && KILLED.has(exit.signal);
}

/** Whether nothing about a loss points to the composition: what did the work was killed, stopped, or never started. */
function isPlainlySystems(problem: ProblemError): boolean {
  if (speaksOfComposition(problem)) return false;
  const { exit } = problem.evidence ?? {};
  if (exit?.reason !== "crash") return true;
  return exit.signal !== null && KILLED.has(exit.signal);
}

/** The problem as the caller gets it: with the last words of the process that ended. */
function withLastWords(problem: ProblemError, dir: string): ProblemError {
  const { evidence, cause } = problem;
  if (!evidence?.exit || typeof cause !== "string") return problem;
  const stderr = publicLines(cause, dir);
  return stderr.length === 0 ? problem : withEvidence(problem, { stderr });
}

/** One try of some work. */
export interface Attempt {
  /** How long ago a worker took it, in ms. */
  readonly ageMs: () => number;
  /** Where it wrote. */
  readonly dir: string;
}

/** What losing some work means to a render that goes on. */
export interface Loss {
  readonly problem: ProblemError;
  /** How many charges the composition has now, this one included; null when this loss was not charged. */
  readonly charge: number | null;
}

/** The losses of one render, as they are kept. */
export interface ChargesState {
  readonly losses: number;
  readonly incidents: number;
  /** When the last incident began, in epoch milliseconds of the database's clock. */
  readonly incidentAt: number;
  readonly isIncidentCharged: boolean;
  readonly charges: number;
  readonly isPlainlySystems: boolean;
  readonly kills: {
    /** Since a chunk was last done. */
    readonly inARow: number;
    /** When the last one was, in epoch milliseconds of the database's clock. */
    readonly at: number;
    readonly chunksDone: number;
  };
}

const NONE: ChargesState = {
  losses: 0,
  incidents: 0,
  incidentAt: 0,
  isIncidentCharged: false,
  charges: 0,
  isPlainlySystems: true,
  kills: { inARow: 0, at: 0, chunksDone: 0 },
};

/**
 * The losses of one render, and which of them are charged to its composition. What was under way at a loss and is lost
 * too, in other workers, is the same incident. The first incident is not charged, unless a loss of it speaks of the
 * composition; each further one is, once. Kills from outside are no such incidents: they are never charged, and end the
 * render only when nothing gets done for them.
 */
export class Charges {
  #state: ChargesState;

  constructor(state: ChargesState | null = null) {
    this.#state = { ...NONE, ...state };
  }

  get state(): ChargesState {
    return this.#state;
  }

  /**
   * Notes a failure after which the work may be tried again.
   * @throws the failure itself when it is no loss, or the eighth kill in a row; after the third charge,
   * `composition-poisonous`, or the loss itself when all of them were plainly the system's
   */
  note(failure: unknown, { ageMs, dir }: Attempt, moment: Moment): Loss {
    const { nowMs } = moment;
    const problem = withLastWords(asLoss(failure), dir);
    this.#change({
      losses: this.#state.losses + 1,
      isPlainlySystems: this.#state.isPlainlySystems && isPlainlySystems(problem),
    });
    if (isKilledFromOutside(problem)) return this.#noteKill(problem, nowMs - ageMs(), moment);
    if (this.#state.incidents === 0 || nowMs - ageMs() >= this.#state.incidentAt) this.#openIncident(nowMs);
    const isDue = this.#state.incidents > 1 || speaksOfComposition(problem);
    if (!isDue || this.#state.isIncidentCharged) return { problem, charge: null };
    return { problem, charge: this.#charge(problem) };
  }

  /** What was under way at a kill and is killed too counts as the same. */
  #noteKill(problem: ProblemError, beganAt: number, { nowMs, chunksDone }: Moment): Loss {
    const last = this.#state.kills;
    const before = chunksDone > last.chunksDone ? 0 : last.inARow;
    const isSame = before > 0 && beganAt < last.at;
    const kills = isSame ? last : { inARow: before + 1, at: nowMs, chunksDone };
    this.#change({ kills });
    if (kills.inARow >= MAX_KILLS) throw problem;
    return { problem, charge: null };
  }

  #change(change: Partial<ChargesState>): void {
    this.#state = { ...this.#state, ...change };
  }

  #charge(problem: ProblemError): number {
    const charges = this.#state.charges + 1;
    this.#change({ charges, isIncidentCharged: true });
    if (charges < MAX_CHARGES) return charges;
    if (this.#state.isPlainlySystems) throw problem;
    const detail = `What rendered it ended ${this.#state.losses} times. The last time: ${problem.message}`;
    throw new ProblemError("composition-poisonous", detail, { evidence: problem.evidence, cause: problem });
  }

  #openIncident(incidentAt: number): void {
    this.#change({ incidents: this.#state.incidents + 1, incidentAt, isIncidentCharged: false });
  }
}
