import type { Database, Transaction } from "../postgres/database.ts";

/** What processes on one database tell each other; the payload is the id of what it is about, or empty. */
export const CHANNELS = {
  /** Work was put into a queue, or back into it. */
  work: "framewright_work",
  /** A render has new events. */
  events: "framewright_events",
  /** A render has ended, by whatever hand: what is still done for it is in vain. */
  ended: "framewright_ended",
  /** A plan without a render is made, or could not be. */
  plans: "framewright_plans",
} as const;

type Topic = keyof typeof CHANNELS;
type Told = (about: string) => void;

/** Notices from the database, by topic. */
export interface Notices {
  /** Told of each notice, and with an empty string when some may have been missed. Returns how to stop. */
  on(topic: Topic, told: Told): () => void;
  close(): Promise<void>;
}

/** Follows the database's notices until closed. */
export function openNotices(database: Pick<Database, "listen">): Notices {
  const listeners = new Map<string, Set<Told>>(
    Object.values(CHANNELS).map((channel) => [channel, new Set()]),
  );
  const tell = (channel: string, about: string): void => {
    for (const told of listeners.get(channel) ?? []) told(about);
  };
  const connection = database.listen(Object.values(CHANNELS), tell, () => {
    for (const channel of listeners.keys()) tell(channel, "");
  });
  return {
    on(topic, told) {
      const set = listeners.get(CHANNELS[topic]);
      set?.add(told);
      return () => void set?.delete(told);
    },
    close: () => connection.close(),
  };
}

/** Settles at the next notice about something, after a while, or when the signal aborts. `stop` ends the wait. */
export function nextNotice(
  notices: Notices,
  { topic, about, withinMs }: { readonly topic: Topic; readonly about: string; readonly withinMs: number },
  signal: AbortSignal,
): { readonly wait: Promise<void>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const off = notices.on(topic, (told) => {
    if (told === about || told === "") resolve();
  });
  const timer = setTimeout(resolve, withinMs).unref();
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) resolve();
  const stop = (): void => {
    off();
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  };
  return { wait: promise, stop };
}

/** Gives a notice, which the others get when the transaction is committed. */
export async function notify(tx: Transaction, topic: Topic, about: string): Promise<void> {
  await tx.query("SELECT pg_notify($1, $2)", [CHANNELS[topic], about]);
}
