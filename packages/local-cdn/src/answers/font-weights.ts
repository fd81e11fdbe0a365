/** Weights from and to; the same twice for one. */
export type Span = readonly [number, number];

export interface ChosenWeights {
  readonly spans: readonly Span[];
  /** Whether all that was asked for is there. */
  readonly isExact: boolean;
}

/** What a variable font gives of a span of weights. */
export function withinFont([from, to]: Span, weights: readonly number[]): ChosenWeights {
  if (weights.length === 0) return { spans: [[from, to]], isExact: true };
  const least = Math.min(...weights);
  const most = Math.max(...weights);
  const within = (weight: number): number => Math.min(most, Math.max(least, weight));
  return { spans: [[within(from), within(to)]], isExact: from >= least && to <= most };
}

/** What a font with a file for each weight gives of a span: those between, or the nearest one. */
export function ofThoseAtHand([from, to]: Span, weights: readonly number[]): ChosenWeights {
  const between = weights.filter((weight) => weight >= from && weight <= to);
  if (between.length > 0) return { spans: between.map((weight) => [weight, weight]), isExact: true };
  const byDistance = weights.toSorted((a, b) => Math.abs(a - from) - Math.abs(b - from));
  const nearest = byDistance[0] ?? from;
  return { spans: [[nearest, nearest]], isExact: false };
}
