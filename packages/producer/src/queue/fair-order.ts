import type { Database } from "../postgres/database.ts";
import { isOfLine, type Line, queuesLike } from "./work.ts";

/**
 * The queues where work waits, each with how much of it is being done. Ordered as work is fetched, so that the queue's
 * own indexes answer, however much waits.
 */
const WAITING = `
  SELECT name, (
    SELECT count(*)::int FROM pgboss.job j WHERE j.name = q.name AND j.state = 'active' AND j.group_id IS NOT NULL
  ) AS active
  FROM unnest($1::text[]) AS q (name) WHERE (
    SELECT true FROM pgboss.job j
    WHERE j.name = q.name AND j.state < 'active' AND NOT j.blocked AND j.start_after <= now()
    ORDER BY j.priority DESC, j.created_on LIMIT 1
  )`;

/** How long the names of the queues are remembered: where no notice comes, a new tenant's first work waits no longer. */
const NAMES_MS = 1_000;

export interface FairOrder {
  /** The queues of the line that may have work, in the order in which they are to be asked for it. */
  queues(): Promise<readonly string[]>;
  /** There is work in a queue: one that is not known has the names read anew. */
  hearOf(queue: string): void;
  /** Work of a queue was taken: of its equals it comes last. */
  tookFrom(queue: string): void;
}

/**
 * Orders the queues of a line: those of tenants for whom least is being done come first, so that no number of one
 * tenant's renders keeps another's from going on.
 */
export function fairOrder(database: Database, line: Line): FairOrder {
  let names: readonly string[] = [];
  let readAt = -Infinity;
  /** When work was last taken, by queue. */
  const takenAt = new Map<string, number>();
  const read = async (): Promise<void> => {
    // From before the look on: what is heard of meanwhile has the names read once more.
    readAt = performance.now();
    const rows = await database.query<{ name: string }>("SELECT name FROM pgboss.queue WHERE name LIKE $1", [
      queuesLike(line),
    ]);
    names = rows.map(({ name }) => name);
  };
  const queues = async (): Promise<readonly string[]> => {
    if (performance.now() - readAt > NAMES_MS) await read();
    if (names.length < 2) return names;
    const rows = await database.query<{ name: string; active: number }>(WAITING, [names]);
    // Equals take turns.
    const lastTurn = ({ name }: { readonly name: string }): number => takenAt.get(name) ?? 0;
    return rows.toSorted((a, b) => a.active - b.active || lastTurn(a) - lastTurn(b)).map(({ name }) => name);
  };
  return {
    queues,
    hearOf: (queue) => {
      if (isOfLine(queue, line) && !names.includes(queue)) readAt = -Infinity;
    },
    tookFrom: (queue) => void takenAt.set(queue, performance.now()),
  };
}
