export interface Queued {
  readonly id: number;
  readonly priority: number;
}

/** Waiting work: higher priority first, then lower id. Work that is put back takes its old place. */
export class TaskQueue<T extends Queued> {
  readonly #waiting: T[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  add(work: T): void {
    const at = this.#waiting.findLastIndex((other) => goesBefore(other, work));
    this.#waiting.splice(at + 1, 0, work);
  }

  /** Takes the first out. */
  next(): T | undefined {
    return this.#waiting.shift();
  }

  remove(work: T): void {
    const at = this.#waiting.indexOf(work);
    if (at !== -1) this.#waiting.splice(at, 1);
  }

  /** Takes all out. */
  drain(): T[] {
    return this.#waiting.splice(0);
  }
}

function goesBefore(a: Queued, b: Queued): boolean {
  return a.priority === b.priority ? a.id < b.id : a.priority > b.priority;
}
