function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

/** What has happened so far. Times are epoch milliseconds. */
export class Tally {
  readonly startedAt = Date.now();
  /** Frames checked, by composition. */
  readonly succeeded = new Map<string, number>();
  /** By code. */
  readonly failed = new Map<string, number>();
  /** By kind. */
  readonly faults = new Map<string, number>();
  readonly #harmfulAt: number[] = [];
  cancelled = 0;
  refused = 0;
  /** Admitted, and not known to have ended. */
  readonly open = new Set<string>();
  lastEndAt = Date.now();
  /** What must not happen, in words. */
  readonly wedges: string[] = [];
  readonly orphans: string[] = [];
  readonly lost: string[] = [];
  readonly unexpected: string[] = [];

  count(counts: Map<string, number>, key: string): void {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  fault(kind: string, isHarmful: boolean): void {
    this.count(this.faults, kind);
    if (isHarmful) this.#harmfulAt.push(Date.now());
  }

  /** How many faults have struck since a time that could end a render. */
  harmfulFaults(from: number): number {
    return this.#harmfulAt.filter((at) => at >= from).length;
  }

  get ended(): number {
    return sum(this.succeeded) + sum(this.failed) + this.cancelled;
  }

  get isFaultless(): boolean {
    const mustBeEmpty = [this.wedges, this.orphans, this.lost, this.unexpected];
    return mustBeEmpty.every(({ length }) => length === 0);
  }

  get injected(): number {
    return sum(this.faults);
  }
}
