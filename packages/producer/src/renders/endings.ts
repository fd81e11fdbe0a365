import {
  isProblemCode,
  type Artifact,
  type ProblemError,
  type Render,
  toProblem,
  type Verdict,
} from "@framewright/contract";

import type { Log } from "../log.ts";
import { asJson } from "../postgres/as-json.ts";
import type { OpenTransaction, Transaction } from "../postgres/database.ts";
import { notify } from "../queue/notices.ts";
import type { Queue } from "../queue/open-queue.ts";
import type { Work } from "../queue/work.ts";
import { type PartKind, partWork } from "./part-work.ts";
import type { RenderObserver } from "./observer.ts";
import { release } from "./release.ts";
import type { LockedRender, RenderRow } from "./render-row.ts";
import { type Ending, finish, lockUnfinished } from "./row-changes.ts";

export interface EndingsDeps {
  readonly queue: Queue;
  readonly observer: RenderObserver;
  readonly log: Log;
  /** How many of a tenant's renders may run at a time. */
  readonly tenantRunning: number;
  /** Told of each render that ends, in the transaction that ends it. */
  readonly onEnded?: (tx: Transaction, render: Render, row: RenderRow) => Promise<void>;
}

export interface Made {
  readonly artifact: Artifact;
  readonly key: string;
  readonly verdict: Verdict;
}

/** The one place where renders end: what is left of their work is taken off, and what waited for them goes on. */
export class Endings {
  readonly #deps: EndingsDeps;

  constructor(deps: EndingsDeps) {
    this.#deps = deps;
  }

  async succeed(tx: OpenTransaction, id: string, { artifact, key, verdict }: Made): Promise<void> {
    await tx.query("UPDATE framewright.renders SET verdict = $2 WHERE id = $1", [id, asJson(verdict)]);
    await this.#end(tx, id, { state: "succeeded", artifact, artifact_key: key, problem: null });
  }

  /** Fails a render, or cancels it when that is what the problem says. Null when it had ended. */
  async fail(tx: OpenTransaction, id: string, problem: ProblemError): Promise<Render | null> {
    const row = await lockUnfinished(tx, id);
    if (row === null) return null;
    const state = problem.code === "cancelled" ? "cancelled" : "failed";
    const { log } = this.#deps;
    const facts = { renderId: id, requestId: row.request_id, code: problem.code };
    tx.onCommit(() =>
      log[state === "failed" ? "error" : "info"](
        { ...facts, detail: problem.message, cause: problem.cause },
        "render ended",
      ),
    );
    return this.#end(tx, id, {
      state,
      artifact: null,
      artifact_key: null,
      problem: toProblem(problem, row.request_id),
    });
  }

  async failPlan(tx: Transaction, id: string, problem: ProblemError): Promise<void> {
    await tx.query("UPDATE framewright.plans SET problem = $2 WHERE id = $1", [
      id,
      asJson({ code: problem.code, detail: problem.message, evidence: problem.evidence ?? null }),
    ]);
    await notify(tx, "plans", id);
  }

  async #end(tx: OpenTransaction, id: string, ending: Ending): Promise<Render | null> {
    const row = await lockUnfinished(tx, id);
    if (row === null) return null;
    const { queue, observer, tenantRunning, onEnded, log } = this.#deps;
    const { render, ended } = await finish(tx, row, ending);
    await queue.drop(tx, row.tenant, await worksOf(tx, row));
    await release(tx, queue, row.tenant, tenantRunning);
    await onEnded?.(tx, render, ended);
    const runMs = row.started_at && Date.now() - row.started_at.getTime();
    const code = ending.problem && isProblemCode(ending.problem.code) ? ending.problem.code : null;
    const bytes = ending.artifact?.bytes ?? 0;
    tx.onCommit(() => {
      observer.ended({ outcome: ending.state, code, runMs, bytes });
      if (ending.state !== "succeeded") return;
      log.info({ renderId: id, bytes, ms: Date.now() - row.created_at.getTime() }, "render succeeded");
    });
    return render;
  }
}

/** What may still be in the queue of a render. */
async function worksOf(tx: Transaction, { id: renderId, assemblies }: LockedRender): Promise<Work[]> {
  const waiting = await tx.query<{ kind: PartKind; index: number; round: number }>(
    "SELECT kind, index, round FROM framewright.chunks WHERE render_id = $1 AND state = 'waiting'",
    [renderId],
  );
  return [
    { kind: "plan", renderId },
    { kind: "assemble", renderId, round: assemblies },
    ...waiting.map((part) => partWork(renderId, part)),
  ];
}
