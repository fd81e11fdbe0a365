import type { Mutant } from "./mutant.ts";

const CHILD = "packages/pool/src/supervised-child.ts";
const MODEL = ["packages/pool/test/model"];

/** Each takes one promise out of the pool. */
export const poolMutants: readonly Mutant[] = [
  {
    name: "drops the exit from the start race: a child that ends while it starts holds its place until the timeout",
    file: CHILD,
    find: 'if (this.#state === "spawning") this.#reason = "start-failed";',
    replace: 'if (this.#state === "spawning") return;',
    tests: MODEL,
  },
  {
    name: "frees the place before the exit: a new child starts beside one that is being killed",
    file: "packages/pool/src/pool.ts",
    find: "    onDying: () => {",
    replace: "    onDying: (child) => {\n      this.#children.delete(child);\n      this.replenish();",
    tests: MODEL,
  },
  {
    name: "frees the place at the leader's exit: what the child has started lives on beside the next",
    file: CHILD,
    find: "let isGone = await killGroup(this.pid, graceMs);",
    replace: "let isGone = true;\n      void killGroup(this.pid, graceMs);",
    tests: MODEL,
  },
  {
    name: "leaks the lease on cancel: the caller is let go, and the child stays busy with nobody's task",
    file: "packages/pool/src/job.ts",
    find: "child.cancel(this.id);",
    replace: "return this.#reject(this.#verdict);",
    tests: MODEL,
  },
  {
    name: "keeps a settled task in the queue: it is given to a child although nobody waits for it",
    file: "packages/pool/src/pool.ts",
    find: "this.#queue.remove(job);",
    replace: "",
    tests: MODEL,
  },
  {
    name: "asks by SIGTERM only: a group that ignores it is never gone",
    file: "packages/pool/src/process-group.ts",
    find: '  signalGroup(pgid, "SIGKILL");',
    replace: "",
    tests: MODEL,
  },
  {
    name: "does not mind silence: a stopped child keeps its place for ever",
    file: CHILD,
    find: 'onSilent: () => this.kill("ping"),',
    replace: "onSilent: () => undefined,",
    tests: MODEL,
  },
];
