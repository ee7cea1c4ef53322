import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { calmResults, type Fired, nothingFired, Simulation, simulationFolder } from "./simulate.ts";
import { TENANTS, type Tenant } from "./workload.ts";

const MEMORY = "/dev/shm";
/** From this many seeds on every kind of fault must have fired. */
const SEEDS_FOR_ALL_FAULTS = 50;

/** A bound against hangs alone: 150 seeds take some 35 s of CPU. */
const BUSY_MACHINE_MS = 900_000;

type Results = ReadonlyMap<Tenant, Readonly<Record<string, string>>>;

/** Runs seeds [first, first + count) against calm runs of each tenant alone. */
export function simulatorSuite(first: number, count: number): void {
  describe("the platform under kills, power cuts, full and slow disks, dead owners, late and doubled batches", () => {
    const place = simulationPlace();
    let calm: Results;

    beforeAll(async () => {
      calm = await calmRuns(place.dir);
    });

    afterAll(() => place.remove());

    // Alarms open after two days only (D-131), and a run is of hours: `kills.test.ts` compares them.
    it("has something to compare: points, anomalies, findings and scores", () => {
      const results = calm.get("acme")!;
      expect(Object.keys(results).filter((part) => part.startsWith("points"))).toHaveLength(6);
      for (const part of ["anomalies", "findings"]) expect(results[part]).not.toBe("[]");
      expect(JSON.parse(results["scores of nodes"]!).score.some(Number.isFinite)).toBe(true);
      expect(Object.keys(calm.get("waiter")!)).toContain("points of east/node-0/cpu");
    });

    it(
      `loses and doubles nothing, and ends with the results of a calm run alone: ${count} seeds from ${first}`,
      async () => {
        const total = nothingFired();
        for (let seed = first; seed < first + count; seed++) {
          const { fired, difference } = await differenceOf(place.dir, seed, calm);
          expect(
            difference,
            `seed ${seed}: FORESHOCK_SEEDS=${seed},1 runs it alone`,
          ).toBeUndefined();
          for (const name of Object.keys(total) as (keyof Fired)[]) total[name] += fired[name];
        }
        console.log(`simulated ${count} seeds: ${JSON.stringify(total)}`);
        if (count < SEEDS_FOR_ALL_FAULTS) return;
        for (const [name, times] of Object.entries(total)) expect(times, name).toBeGreaterThan(10);
      },
      BUSY_MACHINE_MS,
    );
  });
}

export function simulationPlace() {
  return simulationFolder(existsSync(MEMORY) ? MEMORY : tmpdir());
}

export async function calmRuns(dir: string): Promise<Results> {
  const calm = new Map<Tenant, Record<string, string>>();
  for (const tenant of TENANTS) calm.set(tenant, await calmResults(dir, tenant));
  return calm;
}

/** Where a seed's results differ from the calm ones; undefined where they do not. */
export async function differenceOf(
  dir: string,
  seed: number,
  calm: Results,
): Promise<{ readonly fired: Fired; readonly difference: string | undefined }> {
  const folder = join(dir, `seed-${seed}`);
  const run = new Simulation(folder, seed);
  try {
    const results = await run.run();
    return { fired: run.fired, difference: firstDifference(results, calm) };
  } catch (error) {
    return { fired: run.fired, difference: `it failed: ${(error as Error).stack}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function firstDifference(results: Results, calm: Results): string | undefined {
  for (const [tenant, parts] of calm) {
    for (const part of new Set([...Object.keys(parts), ...Object.keys(results.get(tenant)!)])) {
      const [got, wanted] = [results.get(tenant)![part] ?? "", parts[part] ?? ""];
      if (got === wanted) continue;
      const [lines, expected] = [got.split("\n"), wanted.split("\n")];
      const at = lines.findIndex((line, i) => line !== expected[i]);
      return `${part} of ${tenant}, line ${at + 1}: ${lines[at]} instead of ${expected[at]}`;
    }
  }
  return undefined;
}
