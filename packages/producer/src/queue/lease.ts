import type { Transaction } from "../postgres/database.ts";
import { z } from "zod";

import { inTransaction, type Queue } from "./open-queue.ts";
import type { Work } from "./work.ts";

/** Why work is to be let go that somebody else has, or that nobody wants any more. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** Work that this process has, for as long as it gives signs of life. */
export interface Lease {
  readonly id: string;
  /** How many times it was begun before, by anybody: with the id, the token that fences a late owner out. */
  readonly attempt: number;
  readonly queue: string;
  readonly tenant: string;
  readonly work: Work;
  /** Aborted with the reason when the lease is lost, the work is dropped, or the process hands it back. */
  readonly signal: AbortSignal;
}

/** What the queue answers to a command about some of its work; it is not in its types. */
const AnswerSchema = z.object({ affected: z.number() });

/** Takes finished work off the queue, in the transaction that stores its result. @throws LeaseLost */
export async function complete(tx: Transaction, { boss }: Queue, lease: Lease): Promise<void> {
  const { queue, id, attempt } = lease;
  const answer = await boss.complete(queue, { id, retryCount: attempt }, null, inTransaction(tx));
  if (AnswerSchema.parse(answer).affected === 0) throw new LeaseLost("Somebody else has the work by now.");
}

/** Puts work back that was not done, for anybody to begin at once. False when the lease was lost already. */
export async function handBack(tx: Transaction, { boss }: Queue, lease: Lease): Promise<boolean> {
  const { queue, id, attempt } = lease;
  const answer = await boss.fail(queue, { id, retryCount: attempt }, null, inTransaction(tx));
  return AnswerSchema.parse(answer).affected > 0;
}

/** Gives a sign of life for leases of one queue, and says which of them are lost. */
export async function touch<L extends Lease>(
  { boss }: Queue,
  queue: string,
  leases: readonly L[],
): Promise<readonly L[]> {
  const attempts = leases.map(({ id, attempt }) => ({ id, retryCount: attempt }));
  const { affected } = AnswerSchema.parse(await boss.touch(queue, attempts));
  if (affected === leases.length) return [];
  const lost: L[] = [];
  for (const lease of leases) {
    const [job] = await boss.findJobs(queue, { id: lease.id });
    if (job?.state !== "active" || job.retryCount !== lease.attempt) lost.push(lease);
  }
  return lost;
}
