import type { Usage, UsageWatch } from "./usage.ts";

/** What is in use by then is what the service needs; more later on is a leak. */
const BASE_MINUTE = 5;
/** Between the two minutes that are compared, at least so many must lie. */
const MIN_MINUTES_BETWEEN = 1;
const MAX_GROWTH = 0.1;

export interface Growth {
  /** The minute that the end is compared with. */
  readonly sinceMinute: number;
  /** As a share: 0.1 is a tenth more than before. */
  readonly share: { readonly [K in keyof Usage]: number };
  /** False when the run was too short to tell a leak from warming up. */
  readonly isJudged: boolean;
  readonly isWithinBounds: boolean;
}

/** Compares the last minute of a run of so many minutes with its fifth, or with its first when it was shorter. */
export function compareUsage(minutes: number, { atMinute, latest }: UsageWatch): Growth {
  const isJudged = minutes > BASE_MINUTE + MIN_MINUTES_BETWEEN;
  const sinceMinute = isJudged ? BASE_MINUTE : 1;
  const base = atMinute(sinceMinute);
  const end = latest();
  const grown = (key: keyof Usage): number => (base[key] === 0 ? 0 : end[key] / base[key] - 1);
  const share = {
    mainBytes: grown("mainBytes"),
    treeBytes: grown("treeBytes"),
    descriptors: grown("descriptors"),
  };
  return {
    sinceMinute,
    share,
    isJudged,
    isWithinBounds: !isJudged || Object.values(share).every((growth) => growth <= MAX_GROWTH),
  };
}
