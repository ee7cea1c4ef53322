import { expect } from "vitest";

const RATIO_MAX = 2.5;
/** The least of several runs is what the work itself costs; all else is the machine's. */
const RUNS = 3;
/** A busy machine makes linear work look worse now and then; square work looks square every time. */
const ATTEMPTS = 4;
/** Below this a run is mostly overhead, and a ratio says nothing. */
const CPU_MIN_US = 6000;
const N_MAX = 2 ** 18;

/**
 * Measures work of sizes n, 2n and 4n in CPU time of this thread, for works whose steps cannot be
 * counted. `n` grows until a run takes long enough to be measured; work that never does is cheap
 * whatever its size.
 *
 * @param workOf makes the work of a size; only running it is measured.
 */
export async function expectLinear(
  workOf: (n: number) => () => unknown,
  first = 1024,
): Promise<void> {
  let n = first;
  for (; (await warmUs(workOf(n))) < CPU_MIN_US; n *= 2) if (n >= N_MAX) return;
  const works = [workOf(n), workOf(2 * n), workOf(4 * n)] as const;
  let worst = Number.POSITIVE_INFINITY;
  let said = "";
  for (let attempt = 0; attempt < ATTEMPTS && worst >= RATIO_MAX; attempt++) {
    const [one, two, four] = await leastOf(works);
    // Of both doublings together: the one in the middle would only add its own noise.
    const ratio = Math.sqrt(four / one);
    if (ratio >= worst) continue;
    worst = ratio;
    said = `n = ${n}: ${one}, ${two}, ${four} µs for n, 2n, 4n`;
  }
  expect(worst, said).toBeLessThan(RATIO_MAX);
}

/** The sizes take turns, so that a busy moment of the machine meets all of them. */
async function leastOf(
  works: readonly [() => unknown, () => unknown, () => unknown],
): Promise<[number, number, number]> {
  const least: [number, number, number] = [1 / 0, 1 / 0, 1 / 0];
  for (let run = 0; run < RUNS; run++) {
    for (const [i, work] of works.entries()) least[i] = Math.min(least[i]!, await cpuUs(work));
  }
  return least;
}

async function warmUs(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS && least >= CPU_MIN_US; run++) {
    least = Math.min(least, await cpuUs(work));
  }
  return least;
}

async function cpuUs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  return process.threadCpuUsage(before).user;
}
