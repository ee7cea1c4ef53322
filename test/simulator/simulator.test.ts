import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { calmResults, type Fired, nothingFired, Simulation, simulationFolder } from "./simulate.ts";
import { TENANTS, type Tenant } from "./workload.ts";

/** FORESHOCK_SEEDS: a number of seeds, or `seed,count` to begin elsewhere. */
const [FIRST, COUNT] = seedsOf(process.env.FORESHOCK_SEEDS ?? "1,300");
const MEMORY = "/dev/shm";

describe("the platform under kills, power cuts, full and slow disks, dead owners, late and doubled batches", () => {
  const folder = simulationFolder(existsSync(MEMORY) ? MEMORY : tmpdir());
  const calm = new Map<Tenant, Record<string, string>>();

  beforeAll(async () => {
    for (const tenant of TENANTS) calm.set(tenant, await calmResults(folder.dir, tenant));
  });

  afterAll(() => folder.remove());

  it("has something to compare: points, anomalies, alarms, findings and scores", () => {
    const results = calm.get("acme")!;
    expect(Object.keys(results).filter((part) => part.startsWith("points"))).toHaveLength(6);
    for (const part of ["anomalies", "alarms", "findings"]) expect(results[part]).not.toBe("[]");
    expect(JSON.parse(results["scores of nodes"]!).score.some(Number.isFinite)).toBe(true);
    expect(Object.keys(calm.get("waiter")!)).toContain("points of east/node-0/cpu");
  });

  it(`loses and doubles nothing, and ends with the results of a calm run alone: ${COUNT} seeds from ${FIRST}`, async () => {
    const total = nothingFired();
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      const run = new Simulation(join(folder.dir, `seed-${seed}`), seed);
      const results = await run.run().catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      });
      for (const tenant of TENANTS) {
        for (const [part, text] of Object.entries(calm.get(tenant)!)) {
          expect(results.get(tenant)![part], `seed ${seed}: ${part} of ${tenant}`).toBe(text);
        }
      }
      for (const name of Object.keys(total) as (keyof Fired)[]) total[name] += run.fired[name];
      rmSync(join(folder.dir, `seed-${seed}`), { recursive: true, force: true });
    }
    // Every kind of fault has fired, or the run proves nothing about it.
    if (COUNT >= 50)
      for (const [name, count] of Object.entries(total))
        expect(count, name).toBeGreaterThan(COUNT / 30);
    console.log(`simulated ${COUNT} seeds: ${JSON.stringify(total)}`);
  });
});

function seedsOf(text: string): readonly [first: number, count: number] {
  const [first, count] = text.split(",").map(Number);
  return count === undefined ? [1, first!] : [first!, count];
}
