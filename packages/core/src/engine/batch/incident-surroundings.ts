/** Points below this quantile are ordinary: only their order is touched. */
const ORDINARY_SHARE = 0.9;
/** An incident is at least four times the size of ordinary residuals. */
const INCIDENT_SIZE = 4;
/** Reach of an incident: this share of the series, but never more points than this. */
const REACH_SHARE = 1 / 70;
const REACH_POINTS_MAX = 200;
/** How much one incident point of twice INCIDENT_SIZE, right beside it, says about an ordinary one. */
const SURROUNDINGS_WEIGHT = 0.5;
/** Keeps logarithms of a size of 0 finite. */
const SIZE_MIN = 1e-9;

/**
 * Orders ordinary points by how near they are to an incident: a point that fits, an hour from one that
 * does not, is likelier part of the same story than one of a quiet week. An ordinary size s becomes
 * u (s / u)^(1 / (1 + c)), u = the 90 % point of the sizes, c = nearness: it never reaches u, so no
 * point alarms for its neighbours' sake. Sizes above u stay as they are.
 *
 * Short series have short reaches: 1/70 of the series. NaN stays NaN. Cost: one sort, O(n) otherwise.
 */
export function withSurroundings(sizes: Float64Array): Float64Array {
  const ordinary = lowerQuantileOf(sizes, ORDINARY_SHARE) + SIZE_MIN;
  const nearness = nearnessOf(sizes);
  return sizes.map((size, i) => {
    if (!(size < ordinary) || nearness[i] === 0) return size;
    const below = Math.log((size + SIZE_MIN) / ordinary);
    return Math.max(size, ordinary * Math.exp(below / (1 + nearness[i]!)));
  });
}

/** Sum over all incident points of their excess, fading with the distance in points. */
function nearnessOf(sizes: Float64Array): Float64Array {
  const reach = Math.max(1, Math.min(REACH_SHARE * sizes.length, REACH_POINTS_MAX));
  const keep = Math.exp(-1 / reach);
  const excess = sizes.map((size) =>
    size > INCIDENT_SIZE ? SURROUNDINGS_WEIGHT * Math.log(size / INCIDENT_SIZE) : 0,
  );
  const nearness = new Float64Array(sizes.length);
  let before = 0;
  for (let i = 0; i < sizes.length; i++) {
    before = before * keep + excess[i]!;
    nearness[i] = before;
  }
  let behind = 0;
  for (let i = sizes.length - 1; i >= 0; i--) {
    behind *= keep;
    nearness[i]! += behind;
    behind += excess[i]!;
  }
  return nearness;
}

/** Lower quantile of the known numbers; 0 where there are none. */
function lowerQuantileOf(column: Float64Array, share: number): number {
  const known = column.filter((number) => !Number.isNaN(number)).sort();
  return known[Math.floor(share * (known.length - 1))] ?? 0;
}
