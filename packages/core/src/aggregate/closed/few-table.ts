/** Children that the voice `few` listens to. Source: spec of detection, section 14. */
export const FEW = 3;

// Grid of the statistic: 0 to 60 by 0.25, then 61 to 120 by 1. The largest possible statistic is
// -3 ln 1e-15 = 103.6.
const FINE_STEP = 0.25;
const FINE_END = 60;
const FINE_COUNT = 241;
const GRID_COUNT = 301;
const GRID_END = 120;

// Quadrature over u = ln of the next smallest p.
const QUADRATURE_START = -60;
const QUADRATURE_END = -1e-9;
const QUADRATURE_COUNT = 6001;

/** A table is 2.4 KB; a fleet whose clusters breathe meets many sizes, but no more than this live. */
const TABLES_MAX = 4096;

const tables = new Map<number, Float64Array>();

/**
 * Rank truncated product (Dudbridge and Koeleman, Genetic Epidemiology 25, 2003): probability that
 * the sum of the three largest -ln p of `count` independent p values reaches `total`.
 *
 * Cost: O(1) by interpolation of a table of ln P; a new `count` costs about a millisecond once.
 */
export function fewP(total: number, count: number): number {
  const logQ = tableOf(count);
  if (!(total < GRID_END)) return Math.exp(logQ[GRID_COUNT - 1]!);
  const fine = total < FINE_END;
  const cell = fine ? Math.floor(total / FINE_STEP) : FINE_COUNT - 1 + Math.floor(total) - FINE_END;
  const start = fine ? cell * FINE_STEP : Math.floor(total);
  const width = fine ? FINE_STEP : 1;
  const low = logQ[cell]!;
  return Math.exp(low + ((logQ[cell + 1]! - low) / width) * (total - start));
}

function tableOf(count: number): Float64Array {
  let table = tables.get(count);
  if (table === undefined) {
    if (tables.size >= TABLES_MAX) tables.delete(tables.keys().next().value!);
    table = count <= FEW ? gammaTable(count) : truncatedTable(count);
    tables.set(count, table);
  }
  return table;
}

function gridPoint(i: number): number {
  return i < FINE_COUNT ? i * FINE_STEP : FINE_END + (i - FINE_COUNT + 1);
}

/** Product of `k` uniforms: tail of Gamma(k, 1). */
function gammaTable(k: number): Float64Array {
  const table = new Float64Array(GRID_COUNT);
  for (let i = 0; i < GRID_COUNT; i++) {
    const x = gridPoint(i);
    let sum = 0;
    let term = 1;
    for (let s = 0; s < k; s++) {
      sum += term;
      term *= x / (s + 1);
    }
    table[i] = Math.log(Math.min(Math.max(Math.exp(-x) * sum, 1e-300), 1));
  }
  return table;
}

/**
 * Q(x) = integral over u of f(u) G(x + 3u), where f is the density of the log of the fourth smallest
 * p (the three below it are uniform under it) and G the tail of Gamma(3, 1), 1 below zero. As
 * G(y) = e^-y (1 + y + y²/2), three running sums serve all x at once instead of a sum for each.
 */
function truncatedTable(count: number): Float64Array {
  const step = (QUADRATURE_END - QUADRATURE_START) / (QUADRATURE_COUNT - 1);
  const logChoose = Math.log(((count * (count - 1)) / 6) * (count - 2) * (count - 3));
  const table = new Float64Array(GRID_COUNT);
  // below[i] = mass of the points before i. Summed upwards: a difference would lose the tiny ones.
  const below = new Float64Array(QUADRATURE_COUNT + 1);
  for (let i = 0; i < QUADRATURE_COUNT; i++) {
    below[i + 1] = below[i]! + Math.exp(logDensity(QUADRATURE_START + i * step, count, logChoose));
  }
  // From u = 0 down: as x grows, the boundary -x/3 moves down and points change sides.
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let next = QUADRATURE_COUNT - 1;
  for (let g = 0; g < GRID_COUNT; g++) {
    const x = gridPoint(g);
    for (; next >= 0; next--) {
      const u = QUADRATURE_START + next * step;
      if (x + FEW * u <= 0) break;
      const weight = Math.exp(logDensity(u, count, logChoose) - FEW * u);
      s0 += weight;
      s1 += weight * u;
      s2 += weight * u * u;
    }
    const above =
      Math.exp(-x) * ((1 + x + (x * x) / 2) * s0 + FEW * (1 + x) * s1 + ((FEW * FEW) / 2) * s2);
    table[g] = Math.log(Math.min(Math.max((below[next + 1]! + above) * step, 1e-300), 1));
  }
  return table;
}

function logDensity(u: number, count: number, logChoose: number): number {
  return logChoose + (FEW + 1) * u + (count - FEW - 1) * Math.log(-Math.expm1(u));
}
