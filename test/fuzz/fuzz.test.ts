import { describe, expect, it } from "vitest";
import { fuzzCase } from "./cases.ts";
import { fuzz } from "./fuzz.ts";

/** In the gate; `npm run fuzz` sends 200,000. */
const CASES = 10_000;
const SEED = Number(process.env.FORESHOCK_SEED ?? 20_261_130);
/** Hangs, not slowness: the machine is shared. */
const GAP_MAX_MS = 10_000;

describe("a real server under seeded bodies, queries and raw requests", () => {
  it(`answers ${CASES} of them without a 5xx, stays healthy, and ends when it is asked to (seed ${SEED})`, {
    timeout: 300_000,
  }, async () => {
    const report = await fuzz({ seed: SEED, first: 0, end: CASES });
    expect(report.failures).toEqual([]);
    expect(report).toMatchObject({ sent: CASES, failed: 0, exitCode: 0 });
    expect(report.longestGapMs).toBeLessThan(GAP_MAX_MS);
    // The cases get past the doors: some are taken, most are refused for what they are.
    const count = (status: string) => report.statuses[status] ?? 0;
    expect(count("200")).toBeGreaterThan(0.1 * CASES);
    expect(count("400") + count("415") + count("422")).toBeGreaterThan(0.2 * CASES);
    expect(count("429")).toBeLessThan(0.1 * CASES);
  });

  it("makes the same cases of a seed again, and others of another", () => {
    const cases = (seed: number) =>
      Array.from({ length: 300 }, (_, index) => fuzzCase({ seed, nowMs: 1e12, key: "k" }, index));
    expect(cases(1)).toEqual(cases(1));
    expect(new Set(cases(1).map(({ kind }) => kind))).toEqual(new Set(["body", "query", "raw"]));
    expect(cases(2)).not.toEqual(cases(1));
  });
});
