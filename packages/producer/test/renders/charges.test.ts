import { type Evidence, type ProblemCode, ProblemError } from "@framewright/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Charges, type ChargesState } from "../../src/renders/charges.ts";
import { publicLines } from "../../src/renders/public-lines.ts";

type Exit = NonNullable<Evidence["exit"]>;

function problem(code: ProblemCode, exit?: Partial<Exit>, cause?: string): ProblemError {
  const full = { process: "worker", reason: "crash", code: null, signal: null, ...exit } as const;
  return new ProblemError(code, `It was ${code}.`, { ...(exit && { evidence: { exit: full } }), cause });
}

const DIR = "/data/scratch/render-x";

/** What begins is later than all that came before it. */
function nextAttempt() {
  vi.setSystemTime(Date.now() + 1);
  const beganAt = Date.now();
  return { ageMs: () => Date.now() - beganAt, dir: DIR };
}

/** This moment, with so many chunks done. */
const now = (chunksDone = 0) => ({ nowMs: Date.now(), chunksDone });

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const killed = (): ProblemError => problem("worker-lost", { signal: "SIGKILL" });
const silent = (): ProblemError => problem("worker-lost", { reason: "ping", signal: "SIGKILL" });
const oom = (): ProblemError => problem("worker-lost", { reason: "oom", signal: "SIGKILL" });

/** The charges after each failure, and the code that it ended with. */
function account(...failures: ProblemError[]): (number | null | string)[] {
  const charges = new Charges();
  return failures.map((failure) => {
    try {
      return charges.note(failure, nextAttempt(), now()).charge;
    } catch (error) {
      return error instanceof ProblemError ? error.code : String(error);
    }
  });
}

describe("Charges of a render", () => {
  it("does not charge the first loss that says nothing of the composition, and charges the next", () => {
    expect(account(silent(), problem("encode-failed"), silent())).toEqual([null, 1, 2]);
  });

  it.each([
    ["a worker out of memory", oom],
    ["a page's crash", () => problem("page-crashed")],
  ])("charges %s from the first, and calls the third poison", (_, loss) => {
    expect(account(loss(), loss(), loss())).toEqual([1, 2, "composition-poisonous"]);
  });

  it("calls a worker that keeps crashing by itself poison", () => {
    const crash = (): ProblemError => problem("worker-lost", { signal: "SIGSEGV" });
    expect(account(crash(), crash(), crash(), crash())).toEqual([null, 1, 2, "composition-poisonous"]);
  });

  it("keeps the code of a loss when every one was plainly the system's", () => {
    const browser = (): ProblemError =>
      problem("browser-failed", { process: "browser", reason: "exit", code: 1 });
    expect(account(browser(), silent(), browser(), browser())).toEqual([null, 1, 2, "browser-failed"]);
  });

  it.each(["disk-full", "cancelled", "shutting-down", "page-unresponsive", "render-timeout"] as const)(
    "neither charges nor retries %s",
    (code) => {
      expect(account(problem(code))).toEqual([code]);
    },
  );

  /** Three pieces of work run at once, and are tried again as they are lost; `turns` says which is lost, in order. */
  function accountOfThree(turns: readonly number[], loss: () => ProblemError): (number | null | string)[] {
    const charges = new Charges();
    const attempts = [nextAttempt(), nextAttempt(), nextAttempt()];
    return turns.map((turn) => {
      vi.setSystemTime(Date.now() + 1);
      try {
        return charges.note(loss(), attempts[turn]!, now()).charge;
      } catch (error) {
        return error instanceof ProblemError ? error.code : String(error);
      } finally {
        attempts[turn] = nextAttempt();
      }
    });
  }

  it("counts what was under way at a loss and is lost too as one incident", () => {
    expect(accountOfThree([0, 1, 2, 2], silent)).toEqual([null, null, null, 1]);
    expect(accountOfThree([0, 1, 2, 2, 0, 1], oom)).toEqual([1, null, null, 2, null, null]);
  });

  it("comes to an end also when the losses of two pieces alternate", () => {
    expect(accountOfThree([0, 1, 0, 1, 0, 1, 0], silent)).toEqual([
      null,
      null,
      1,
      null,
      2,
      null,
      "worker-lost",
    ]);
  });

  it("charges an incident once one of its losses speaks of the composition", () => {
    const losses = [silent(), oom(), oom()];
    expect(accountOfThree([0, 1, 2], () => losses.shift() ?? silent())).toEqual([null, 1, null]);
  });

  it("charges no kill from outside, and gives up at the eighth in a row", () => {
    const eight = Array.from({ length: 8 }, killed);
    expect(account(...eight)).toEqual([...Array.from({ length: 7 }, () => null), "worker-lost"]);
  });

  it("puts up with any number of kills while chunks get done between them", () => {
    const charges = new Charges();
    const charged = Array.from(
      { length: 50 },
      (_, kill) => charges.note(killed(), nextAttempt(), now(Math.floor(kill / 7))).charge,
    );
    expect(new Set(charged)).toEqual(new Set([null]));
  });

  it("counts what is killed at once as one kill", () => {
    const charges = new Charges();
    for (let time = 0; time < 7; time += 1) {
      const attempts = [nextAttempt(), nextAttempt(), nextAttempt()];
      vi.setSystemTime(Date.now() + 1);
      for (const attempt of attempts) expect(charges.note(killed(), attempt, now()).charge).toBeNull();
    }
    expect(() => charges.note(killed(), nextAttempt(), now())).toThrow("worker-lost");
  });

  it("charges what speaks of the composition as ever, whatever was killed between", () => {
    expect(account(killed(), oom(), killed(), oom(), killed(), oom())).toEqual([
      null,
      1,
      null,
      2,
      null,
      "composition-poisonous",
    ]);
  });

  it("goes on with the account that was kept, whoever reads it", () => {
    let kept: ChargesState | null = null;
    const note = (): number | null => {
      const charges = new Charges(kept);
      try {
        return charges.note(oom(), nextAttempt(), now()).charge;
      } finally {
        kept = JSON.parse(JSON.stringify(charges.state)) as ChargesState;
      }
    };
    expect([note(), note()]).toEqual([1, 2]);
    expect(note).toThrow(expect.objectContaining({ code: "composition-poisonous" }));
  });

  it("gives the evidence with the poison: the exit, and the last words without paths and stacks", () => {
    const words =
      "Loading /home/someone/secret.bin failed\n    at run (file:///srv/app/main.js:1:2)\nbad luck";
    const charges = new Charges();
    const lost = (): ProblemError => problem("worker-lost", { reason: "oom", signal: "SIGKILL" }, words);
    charges.note(lost(), nextAttempt(), now());
    charges.note(lost(), nextAttempt(), now());
    expect(() => charges.note(lost(), nextAttempt(), now())).toThrow(
      expect.objectContaining({
        code: "composition-poisonous",
        evidence: {
          exit: { process: "worker", reason: "oom", code: null, signal: "SIGKILL" },
          stderr: ["Loading … failed", "bad luck"],
        },
        cause: expect.objectContaining({ code: "worker-lost", cause: words }),
      }),
    );
  });
});

describe("Last words for a caller", () => {
  it.each([
    ["opening:/usr/lib/x.so failed", "opening:… failed"],
    ["see http://example.com/a/b", "see http://example.com/a/b"],
    ["file:///tmp/a/b.js:3", "…:3"],
    ["1/2 done and/or not", "1/2 done and/or not"],
    ["'/data/scratch/1-2-abc/render-x/chunk-0.mp4': Broken pipe", "'…': Broken pipe"],
  ])("%s becomes %s", (line, expected) => {
    expect(publicLines(line, DIR)).toEqual([expected]);
  });

  it.each([
    ["/home/me/my data/scratch/render-x", "open '/home/me/my data/scratch/render-x/a.mp4' failed"],
    ["/home/me/my data/scratch/render-x", "open '/home/me/my data/cache/lib.so' failed"],
    ["/srv/a (b)/it's, ok/scratch/render-x", "open '/srv/a (b)/it's, ok/scratch/render-x/a.mp4' failed"],
  ])("of a process that works in %s have nothing of that folder", (dir, line) => {
    expect(publicLines(line, dir)).toEqual(["open '…' failed"]);
  });

  it("keeps few lines, of bounded length", () => {
    const lines = publicLines(
      Array.from({ length: 99 }, (_, n) => `${n} ${"x".repeat(999)}`).join("\n"),
      DIR,
    );
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)?.startsWith("98 x")).toBe(true);
    expect(Math.max(...lines.map(({ length }) => length))).toBe(300);
  });
});
