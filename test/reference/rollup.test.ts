import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FleetFinding, TenantFleet } from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  claimedDaysOf,
  findings,
  locate,
  runEntity,
  runFleet,
  runStageA,
} from "../../packages/core/src/aggregate/testing-folds.ts";
import { askReference, type ReferenceCase, referenceMissing } from "./python-reference.ts";

const missing = referenceMissing();
const STEP_MS = 300_000;
const STEPS = 4000;
const CLUSTERS = 3;
const NODES = 7;
const METRICS = 9;
const BUDGETS_DAYS = [1, 7, 30];
const SIZES = [1, 2, 3, 4, 7, 20, 100, 400];
const SIZE_STEPS = 600;
const STRATEGIES = ["max", "few", "mean", "p95", "weighted", "auto"] as const;
/** What a port may differ by, relative. Measured: below 1e-12. */
const TOLERANCE = 1e-9;

const SCRIPT = `
import rollup as R
fleet_file, sizes_file, steps, clusters, nodes, metrics = sys.argv[2], sys.argv[3], *map(int, sys.argv[4:8])
at = np.fromfile(sizes_file, "<f8")
for m in (${SIZES.join(", ")}):
    table, at = at[:m * ${SIZE_STEPS}].reshape(-1, m), at[m * ${SIZE_STEPS}:]
    weights = 1.0 + np.arange(m) % 4
    for s in (${STRATEGIES.map((s) => `"${s}"`).join(", ")}):
        w = weights if s == "weighted" else None
        emit({"what": "size", "m": m, "strategy": s}, R.stage_a(table, R.new_state(m), s, w), R.run_entity(table, 300, s, w))

p = np.fromfile(fleet_file, "<f8").reshape(steps, clusters, nodes, metrics)
node_p = np.stack([[R.run_entity(p[:, c, n], 300) for n in range(nodes)] for c in range(clusters)])     # [c, n, steps]
cluster_p = np.stack([R.run_entity(node_p[c].T, 300) for c in range(clusters)])
tenant = R.run_fleet([node_p.reshape(-1, steps).T, cluster_p.T], 300)
days = R.return_period(tenant, 300)
for c in range(clusters):
    emit({"what": "cluster", "c": c}, cluster_p[c], *node_p[c])
emit({"what": "tenant"}, tenant, days)
for b in (${BUDGETS_DAYS.join(", ")}):
    emit({"what": "findings", "budget": b}, R.findings(days, 300, b))
places = [R.locate(cluster_p[:, i], [node_p[c, :, i] for c in range(clusters)]) for i in range(steps)]
emit({"what": "places"}, [q[1] for q in places], [q[2] if q[0] == "node" else -1 for q in places])
`;

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the roll-up against rollup.py${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "foreshock-rollup-"));
    const fleet = generatedFleet(11);
    const tables = SIZES.map((m) => generatedTable(m, SIZE_STEPS));
    let reference: ReferenceCase[] = [];

    beforeAll(() => {
      const files = [join(folder, "fleet.f64"), join(folder, "sizes.f64")] as const;
      writeFileSync(files[0], new Uint8Array(fleet.buffer));
      writeFileSync(files[1], Buffer.concat(tables.map((table) => Buffer.from(table.buffer))));
      reference = askReference(SCRIPT, [
        ...files,
        ...[STEPS, CLUSTERS, NODES, METRICS].map(String),
      ]);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(STRATEGIES)(
      "agrees on stage A and on the calibrated p of strategy %s, 1 to 400 children",
      (strategy) => {
        SIZES.forEach((m, i) => {
          const [stageP, p] = columnsOf({ what: "size", m, strategy });
          const table = { p: tables[i]!, children: m };
          const weights =
            strategy === "weighted"
              ? Float64Array.from({ length: m }, (_, j) => 1 + (j % 4))
              : undefined;
          expectClose(runStageA(table, strategy, weights), stageP!);
          expectClose(
            runEntity(table, { intervalMs: STEP_MS, strategy, ...(weights && { weights }) }),
            p!,
          );
        });
      },
    );

    it("agrees on every node and cluster of a fleet, on the tenant and its return period", () => {
      const { nodeP, clusterP, tenant } = plainFolds();
      for (let c = 0; c < CLUSTERS; c++) {
        const [cluster, ...nodes] = columnsOf({ what: "cluster", c });
        expectClose(clusterP[c]!, cluster!);
        nodes.forEach((p, n) => {
          expectClose(nodeP[c]![n]!, p);
        });
      }
      const [p, days] = columnsOf({ what: "tenant" });
      expectClose(tenant, p!);
      expectClose(claimedDaysOf(tenant, STEP_MS), days!);
    });

    it("opens findings at the same steps for every budget, and puts every step in the same place", () => {
      const { nodeP, clusterP, tenant } = plainFolds();
      const days = claimedDaysOf(tenant, STEP_MS);
      for (const budget of BUDGETS_DAYS) {
        const [opened] = columnsOf({ what: "findings", budget });
        expect(opened!.length).toBeGreaterThan(0);
        expect(findings(days, STEP_MS, budget)).toEqual([...opened!]);
      }
      const [cluster, node] = columnsOf({ what: "places" });
      expect(new Set(node).size).toBeGreaterThan(NODES);
      for (let i = 0; i < STEPS; i++) {
        const place = locate(
          Float64Array.from(clusterP, (p) => p[i]!),
          nodeP.map((nodes) => Float64Array.from(nodes, (p) => p[i]!)),
        );
        expect(place).toEqual({ cluster: cluster![i], node: node![i] });
      }
    });

    it.each(BUDGETS_DAYS)(
      "TenantFleet opens the same findings at the same places, budget one in %d days",
      (budget) => {
        const [cluster, node] = columnsOf({ what: "places" });
        const [opened] = columnsOf({ what: "findings", budget });
        const [p] = columnsOf({ what: "tenant" });
        const { found, tenant } = tenantFleet(budget);
        expectClose(Float64Array.from(tenant), p!);
        expect(
          found.map(({ openedMs, clusterId, nodeId }) => [openedMs, clusterId, nodeId]),
        ).toEqual(
          [...opened!].map((step) => [
            step * STEP_MS,
            `c${cluster![step]}`,
            node![step] === -1 ? undefined : `n${node![step]}`,
          ]),
        );
      },
    );

    function columnsOf(row: Record<string, unknown>): readonly Float64Array[] {
      const wanted = Object.entries(row);
      return reference.find((one) => wanted.every(([key, value]) => one.row[key] === value))!
        .columns;
    }

    function plainFolds(): {
      nodeP: Float64Array[][];
      clusterP: Float64Array[];
      tenant: Float64Array;
    } {
      const nodeP = Array.from({ length: CLUSTERS }, (_, c) =>
        Array.from({ length: NODES }, (_, n) =>
          runEntity({ p: nodeTable(fleet, c, n), children: METRICS }, { intervalMs: STEP_MS }),
        ),
      );
      const clusterP = nodeP.map((nodes) => runEntity(sideBySide(nodes), { intervalMs: STEP_MS }));
      const tenant = runFleet(sideBySide(nodeP.flat()), sideBySide(clusterP), STEP_MS);
      return { nodeP, clusterP, tenant };
    }

    /** Without the second look, which the reference does not have. */
    function tenantFleet(budgetDays: number): { found: FleetFinding[]; tenant: number[] } {
      const fold = new TenantFleet({
        stepMs: STEP_MS,
        budgetDays,
        rewindMs: 7_200_000,
        secondLook: false,
      });
      const found = new Map<string, FleetFinding>();
      const tenant: number[] = [];
      const series = Array.from({ length: CLUSTERS * NODES * METRICS }, (_, s) => {
        const node = Math.floor(s / METRICS);
        return fold.addSeries(
          `c${Math.floor(node / NODES)}`,
          `n${node % NODES}`,
          `m${s % METRICS}`,
        );
      });
      for (let step = 0; step < STEPS; step++) {
        for (const s of series) fold.put(s, step * STEP_MS, fleet[step * series.length + s]!);
        fold.advance((step + 1) * STEP_MS, (now) => {
          tenant.push(now.tenant.p);
          for (const one of now.changed) found.set(one.id, one);
        });
      }
      return { found: [...found.values()], tenant };
    }
  },
);

function expectClose(ours: Float64Array, theirs: Float64Array): void {
  expect(ours.length).toBe(theirs.length);
  let worst = 0;
  ours.forEach((value, i) => {
    expect(Number.isNaN(value), `row ${i}`).toBe(Number.isNaN(theirs[i]!));
    if (!Number.isNaN(value)) worst = Math.max(worst, Math.abs(value / theirs[i]! - 1));
  });
  expect(worst).toBeLessThanOrEqual(TOLERANCE);
}

function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
}

/** Independent p with odd rows, odd children and gaps (whole rows too). */
function generatedTable(m: number, steps: number): Float64Array {
  const dice = lcg(m);
  const table = new Float64Array(m * steps);
  for (let step = 0; step < steps; step++) {
    const power = dice() < 0.02 ? 5 : 1;
    const silent = dice() < 0.01;
    for (let j = 0; j < m; j++) {
      const p = dice() ** (power * (dice() < 0.02 ? 9 : 1));
      table[step * m + j] = silent || dice() < 0.03 ? Number.NaN : p;
    }
  }
  return table;
}

/**
 * p of a fleet with correlated rows and faults, `[step][cluster][node][metric]`: at times a node, or a
 * whole cluster, is odd for an hour. No gaps: the reference counts silent nodes in the place rule.
 */
function generatedFleet(seed: number): Float64Array {
  const dice = lcg(seed);
  const fleet = new Float64Array(STEPS * CLUSTERS * NODES * METRICS);
  let oddNode = -1;
  let oddCluster = -1;
  let left = 0;
  for (let step = 0, at = 0; step < STEPS; step++) {
    if (--left < 0) {
      oddNode = oddCluster = -1;
      if (step > 1200 && dice() < 0.002) {
        left = 12;
        if (dice() < 0.6) oddNode = Math.floor(dice() * CLUSTERS * NODES);
        else oddCluster = Math.floor(dice() * CLUSTERS);
      }
    }
    for (let c = 0; c < CLUSTERS; c++) {
      const common = dice() < 0.05 ? 2 : 1;
      for (let n = 0; n < NODES; n++) {
        const odd = c * NODES + n === oddNode ? 20 : c === oddCluster ? 6 : 1;
        // Single precision, as the fold keeps p.
        for (let m = 0; m < METRICS; m++) {
          fleet[at++] = Math.fround(Math.max(dice() ** (common * odd), 1e-30));
        }
      }
    }
  }
  return fleet;
}

function nodeTable(fleet: Float64Array, cluster: number, node: number): Float64Array {
  const width = CLUSTERS * NODES * METRICS;
  const first = (cluster * NODES + node) * METRICS;
  return Float64Array.from(
    { length: STEPS * METRICS },
    (_, i) => fleet[Math.floor(i / METRICS) * width + first + (i % METRICS)]!,
  );
}

function sideBySide(columns: readonly Float64Array[]): { p: Float64Array; children: number } {
  const children = columns.length;
  const p = Float64Array.from(
    { length: STEPS * children },
    (_, i) => columns[i % children]![Math.floor(i / children)]!,
  );
  return { p, children };
}
