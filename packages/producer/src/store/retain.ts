export interface RetainedFile {
  readonly key: string;
  readonly bytes: number;
  readonly finishedAt: Date;
}

/** The keys that have to go, oldest first, for the rest to come to no more than `maxBytes`. */
export function chooseExcess(files: readonly RetainedFile[], maxBytes: number): string[] {
  const oldestFirst = files.toSorted((a, b) => a.finishedAt.getTime() - b.finishedAt.getTime());
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const excess: string[] = [];
  for (const { key, bytes } of oldestFirst) {
    if (total <= maxBytes) break;
    excess.push(key);
    total -= bytes;
  }
  return excess;
}
