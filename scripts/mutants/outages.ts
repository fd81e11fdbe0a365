import type { Mutant } from "./mutant.ts";

const OUTAGES = "packages/producer/test/faults/outages.test.ts";
const ENDLESS = [OUTAGES, "-t", "a timeline that repeats for ever"];
const EXITS = [OUTAGES, "-t", "render workers that exit"];
const HANGS = [OUTAGES, "-t", "render workers that hang"];
const HELD = [OUTAGES, "-t", "work that hangs in every place"];

const POISON = [OUTAGES, "-t", "work that kills what renders it"];

const CHILD = "packages/pool/src/supervised-child.ts";
const START_DEADLINE =
  'this.#timer = setTimeout(() => this.kill("start-timeout"), this.#options.startTimeoutMs);';
const READINESS = "packages/producer/src/startup/watch-readiness.ts";

/** Each takes out what ended one of the three outages. */
export const mutants: readonly Mutant[] = [
  {
    name: "plans without guards: three hundred billion frames are laid out in the main loop",
    file: "packages/producer/src/plan/plan.ts",
    find: `  const duration = guardDuration(declarations, limits.maxDurationSeconds);
  const totalFrames = countFrames(duration.seconds, fps, limits.maxFrames);`,
    replace: `  const duration = { seconds: Number(declarations.durations[0]?.seconds.text), source: "timeline" as const };
  const totalFrames = Math.round((duration.seconds * fps.num) / fps.den);`,
    tests: ENDLESS,
  },
  {
    name: "believes any duration: an endless timeline is refused for its frames only",
    file: "packages/producer/src/plan/duration-guard.ts",
    find: "const ENDLESS_SECONDS = 1e9;",
    replace: "const ENDLESS_SECONDS = Number.POSITIVE_INFINITY;",
    tests: ENDLESS,
  },
  {
    name: "waits for the first message alone, and for ever: a worker that exits before it holds its place",
    file: CHILD,
    find: 'if (this.#state === "spawning") this.#reason = "start-failed";',
    replace: 'if (this.#state === "spawning") return;',
    and: { find: START_DEADLINE, replace: "" },
    tests: EXITS,
  },
  {
    name: "waits for the first message without a deadline: a worker that hangs holds its place for ever",
    file: CHILD,
    find: START_DEADLINE,
    replace: "",
    tests: HANGS,
  },
  {
    name: "accepts what it cannot start",
    file: READINESS,
    find: "      if (!pool.launchable)\n",
    replace: "      if (pool.snapshot().size === 0)\n",
    tests: EXITS,
  },
  {
    name: "calls itself ready without a worker",
    file: READINESS,
    find: 'set("no-worker", !pool.launchable,',
    replace: 'set("no-worker", false,',
    tests: EXITS,
  },
  {
    name: "does not mind silence: a stopped worker keeps its place",
    file: CHILD,
    find: 'onSilent: () => this.kill("ping"),',
    replace: "onSilent: () => undefined,",
    tests: HELD,
  },
  {
    name: "lets renders expire in a place only: those that wait are kept beyond their deadline",
    file: "packages/producer/src/renders/expire.ts",
    find: "FROM framewright.renders WHERE finished_at IS NULL\n",
    replace: "FROM framewright.renders WHERE finished_at IS NULL AND state = 'running'\n",
    tests: HELD,
  },
  {
    name: "sweeps only while no render is running",
    file: "packages/producer/src/renders/housekeeping.ts",
    find: "() => sweepArtifacts(deps))",
    replace: `async () => {
      const busy = await database.query("SELECT FROM framewright.renders WHERE state = 'running'");
      if (busy.length === 0) await sweepArtifacts(deps);
    })`,
    tests: HELD,
  },
  {
    name: "takes poison back for as long as its deadline allows",
    file: "packages/producer/src/renders/charges.ts",
    find: "export const MAX_CHARGES = 3;",
    replace: "export const MAX_CHARGES = 1_000;",
    tests: POISON,
  },
];
