import type { RenderEvent } from "@framewright/contract";

type Content = RenderEvent extends infer E
  ? E extends RenderEvent
    ? Omit<E, "id" | "at" | "renderId">
    : never
  : never;

/** A render's events in order. Of `progress` only the latest is kept, so that memory does not grow with time. */
export class EventLog {
  readonly #renderId: string;
  #events: RenderEvent[] = [];
  #lastId = 0;
  readonly #waiting = new Set<() => void>();

  constructor(renderId: string) {
    this.#renderId = renderId;
  }

  append(content: Content): void {
    const event = { ...content, id: ++this.#lastId, at: new Date().toISOString(), renderId: this.#renderId };
    if (event.type === "progress") this.#events = this.#events.filter(({ type }) => type !== "progress");
    this.#events.push(event);
    for (const wake of this.#waiting) wake();
  }

  /** Events after `afterId`, then live ones; ends after `finished`, or when the signal aborts. */
  async *after(afterId: number, signal: AbortSignal): AsyncGenerator<RenderEvent> {
    let seen = afterId;
    while (!signal.aborted) {
      const event = this.#events.find(({ id }) => id > seen);
      if (event) {
        seen = event.id;
        yield event;
        if (event.type === "finished") return;
      } else if (this.#events.at(-1)?.type === "finished") return;
      else await this.#next(signal);
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake, { once: true });
      if (signal.aborted) wake();
    });
  }
}
