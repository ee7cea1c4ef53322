import { join } from "node:path";
import { rankWindow } from "@foreshock/core/fold";
import { beforeAll, describe, expect, it } from "vitest";
import { askReference, type ReferenceCase, referenceMissing } from "./python-reference.ts";

const missing = referenceMissing();
/** One case of each recorded day of nezha, by their place in the loader's list. */
const CASES = [5, 30];
const TOLERANCE = 1e-9;

// p comes from the reference's engine, so that the ranking alone is compared. The second ranking of a
// case uses a made-up call graph in which every other node is a leaf of the first. Where we moved away
// from the reference, both are given data on which that makes no difference: the values of our guard's rows
// are emptied, and p is the same all through a window, namely the mean of its three rarest points.
const SCRIPT = `
import loaders, ranking
from node import metric_p
data = sys.argv[2]
ranking.LEAF_WEIGHT = 0.5
for k, case in enumerate(loaders.cases("nezha", [data])):
    if k not in (${CASES.join(", ")}):
        continue
    first, last = case.abnormal
    t, v = case.timestamps[:last].astype(float), case.values[:last]
    p, _ = metric_p(t, v)
    v = v.copy()
    v[first - min(last - first, (first - max(0, first - 1440)) // 4):first] = np.nan
    for start in range(first, -1, first - last):
        rows = slice(start, start + last - first)
        rarity = np.where(np.isnan(v[rows]), np.nan, -np.log10(np.maximum(p[rows], 1e-12)))
        rarest = -np.sort(-rarity, axis=0)[:3]
        count = np.maximum((~np.isnan(rarest)).sum(axis=0), 1)
        p[rows] = 10 ** -(np.nansum(rarest, axis=0) / count)
    edges = [(case.nodes[0], n) for n in case.nodes[1::2]]
    for graph in (None, edges):
        nodes, metrics, score = ranking.rank(t, v, case.columns, t[first], t[last - 1] + 1, graph, p)
        row = {"case": k, "columns": case.columns, "edges": graph or [], "score": score,
               "nodes": [n for n, _ in nodes], "metrics": [c for c, _ in metrics], "window": [t[first], t[last - 1] + 1]}
        emit(row, [x for _, x in nodes], [x for _, x in metrics], t, *v.T, *p.T)
`;

interface Row {
  readonly columns: readonly (readonly [string, string])[];
  readonly edges: readonly (readonly [string, string])[];
  readonly score: number;
  readonly nodes: readonly string[];
  readonly metrics: readonly (readonly [string, string])[];
  readonly window: readonly [number, number];
}

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the ranking of a window against ranking.py${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cases: ReferenceCase[] = [];
    beforeAll(() => {
      const root = process.env.FORESHOCK_SHARED ?? join(import.meta.dirname, "../../../shared");
      cases = askReference(SCRIPT, [join(root, "data")]);
    });

    it.each([0, 1, 2, 3])("gives the order, the values and the scores of real incident %d", (i) => {
      expect(cases.length).toBe(2 * CASES.length);
      const { row, columns } = cases[i]!;
      const { columns: names, edges, score, nodes, metrics, window } = row as unknown as Row;
      const [nodeValues, metricValues, timestampsS, ...table] = columns;
      const ranking = rankWindow({
        timestampsMs: timestampsS!.map((s) => s * 1000),
        columns: names.map(([nodeId, metricName]) => ({ nodeId, metricName })),
        values: table.slice(0, names.length),
        p: table.slice(names.length),
        startMs: window[0] * 1000,
        endMs: window[1] * 1000,
        edges,
      });
      expect(Math.abs(ranking.score / stricter(score) - 1)).toBeLessThanOrEqual(TOLERANCE);
      expect(ranking.nodes.map(({ nodeId }) => nodeId)).toEqual(nodes);
      expectClose(
        ranking.nodes.map(({ value }) => value),
        nodeValues!,
      );
      expect(ranking.metrics.map((one) => [one.nodeId, one.metricName])).toEqual(metrics);
      expectClose(
        ranking.metrics.map(({ value }) => value),
        metricValues!,
      );
    });
  },
);

/** The reference's score as ours has it: half is reached 0.25 of evidence later, at a slope of 2. */
function stricter(score: number): number {
  return 1 / (1 + ((1 - score) / score) * Math.exp(2 * 0.25));
}

function expectClose(ours: readonly number[], theirs: Float64Array): void {
  expect(ours.length).toBe(theirs.length);
  ours.forEach((value, i) => {
    expect(Math.abs(value - theirs[i]!), `place ${i}`).toBeLessThanOrEqual(
      TOLERANCE * Math.max(theirs[i]!, 1e-6),
    );
  });
}
