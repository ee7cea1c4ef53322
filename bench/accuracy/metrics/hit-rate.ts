/** Shares of 0..1 for one incident. */
export interface Attribution {
  /** Share of the contributing metrics among the first ones, as many as contribute. */
  readonly at100: number;
  /** The same among half as many more. */
  readonly at150: number;
  readonly firstRight: number;
  /** 1 where one of the first three contributes. */
  readonly oneOfThree: number;
}

/**
 * How well an order of metrics (most contributing first) names the truly contributing ones.
 * Source: Su et al., OmniAnomaly, KDD 2019 (HitRate@P%).
 */
export function attribution(order: readonly number[], causes: readonly number[]): Attribution {
  const known = new Set(causes);
  const found = (count: number) =>
    new Set(order.slice(0, count).filter((metric) => known.has(metric))).size;
  return {
    at100: found(causes.length) / causes.length,
    at150: found(Math.ceil(1.5 * causes.length)) / causes.length,
    firstRight: found(1),
    oneOfThree: Math.min(1, found(3)),
  };
}

/** AS@k: 1 where the root is among the first k of a ranking, for k = 1..5. */
export function rootRanks(
  ranking: readonly string[],
  isRoot: (node: string) => boolean,
): readonly number[] {
  const rank = ranking.findIndex(isRoot);
  return [1, 2, 3, 4, 5].map((k) => (rank >= 0 && rank < k ? 1 : 0));
}
