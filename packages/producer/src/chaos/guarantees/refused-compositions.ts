import { planProblem, submit } from "../calls.ts";
import { expectThat, type Guarantee } from "../guarantee.ts";
import { ENDLESS_PAGE, POISON_LAST_WORDS, POISON_PAGE } from "../pages.ts";
import { finished } from "./render-under-fire.ts";

export const POISON: Guarantee = {
  guarantee: "it is set aside with the evidence",
  fault: "composition that kills what renders it",
  boundMs: 30_000,
  async check({ service: running, signal }) {
    const { url } = await running();
    const startedAt = performance.now();
    const { state, problem } = await finished({ url, signal }, await submit({ url, signal }, POISON_PAGE));
    const recoveryMs = performance.now() - startedAt;
    expectThat(
      problem?.code === "composition-poisonous",
      `the render ${state} (${problem?.code ?? "no problem"})`,
    );
    const { console = [], lastFrame } = problem?.evidence ?? {};
    const said = console.some((line) => line.includes(POISON_LAST_WORDS));
    expectThat(said, "the evidence does not hold the page's last words");
    expectThat(lastFrame !== undefined, "the evidence does not hold the last frame");
    return recoveryMs;
  },
};

export const ENDLESS: Guarantee = {
  guarantee: "it is refused in the plan",
  fault: "composition that never ends",
  boundMs: 1_000,
  async check({ service: running, signal }) {
    const { url } = await running();
    const startedAt = performance.now();
    const problem = await planProblem({ url, signal }, ENDLESS_PAGE);
    const recoveryMs = performance.now() - startedAt;
    expectThat(
      problem?.code === "duration-infinite",
      `the plan was answered with ${problem?.code ?? "no problem"}`,
    );
    return recoveryMs;
  },
};
