import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  INCIDENT_SETS,
  NODE_SETS,
  readIncidentSet,
  readSeriesSet,
  UNIVARIATE_SETS,
} from "../../bench/accuracy/datasets/datasets.ts";
import { askReference, referenceMissing, SHARED } from "./python-reference.ts";

const missing = referenceMissing();
const DATA = join(SHARED, "data");
/** pandas reads decimals to within a last bit; times and labels are whole numbers. */
const RELATIVE = 1e-15;
/** Of the large sets some rows are compared, and all of them by their sums. */
const ROW_STEP = 29;

const SERIES = `
import loaders
name, root, step = sys.argv[2], sys.argv[3], int(sys.argv[4])
for r in loaders.records(name, [root]):
    v = r.values if r.values.ndim == 2 else r.values[:, None]
    row = {"series": r.series, "group": r.group, "interval": r.interval, "metrics": list(r.metrics), "n": r.n,
           "windows": r.windows, "trainEnd": r.train_end, "causes": [[list(c[:2]), list(c[2])] for c in r.causes]}
    emit(row, r.timestamps, r.labels, np.nansum(v, axis=0), np.isnan(v).sum(axis=0), *v[::step].T)
`;
const CASES = `
import loaders
name, root = sys.argv[2], sys.argv[3]
for c in loaders.cases(name, [root]):
    rows, columns = np.nonzero(c.graph.to_numpy() > 0) if c.graph is not None else ([], [])
    row = {"group": c.group, "name": c.case, "columns": [list(x) for x in c.columns], "normal": list(c.normal),
           "abnormal": list(c.abnormal), "rootNode": c.root_node, "rootMetrics": list(c.root_metric), "fault": c.fault,
           "edges": [[str(c.graph.index[i]), str(c.graph.columns[k])] for i, k in zip(rows, columns)],
           "normalRows": None if c.normal_rows is None else c.normal_rows.tolist()}
    emit(row, c.timestamps, c.values.ravel())
`;

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the bench's data sets beside eval/loaders.py${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it.each([
      ...UNIVARIATE_SETS.map((name) => [name, 1] as const),
      ...NODE_SETS.map((name) => [name, ROW_STEP] as const),
    ])(
      "%s: the same series, times, labels, windows, causes, training ends and values",
      (name, step) => {
        const wanted = askReference(SERIES, [name, DATA, String(step)]);
        const mine = readSeriesSet(DATA, name);
        expect(mine.length).toBe(wanted.length);
        wanted.forEach(({ row, columns }, k) => {
          const { series, group, intervalMs, metricNames, windows, trainEnd, causes, ...rest } =
            mine[k]!;
          expect({
            series,
            group,
            interval: intervalMs / 1000,
            metrics: metricNames,
            n: rest.timestampsMs.length,
            windows,
            trainEnd: trainEnd ?? null,
            causes: causes.map(({ range, columns: which }) => [range, which]),
          }).toEqual(row);
          const [seconds, labels, sums, gaps, ...values] = columns as Float64Array[];
          expect(rest.timestampsMs).toEqual(seconds!.map((at) => at * 1000));
          expect(rest.labels).toEqual(Uint8Array.from(labels!));
          rest.columns.forEach((column, c) => {
            const known = column.filter((value) => !Number.isNaN(value));
            const sum = known.reduce((total, value) => total + value, 0);
            expect(column.length - known.length).toBe(gaps![c]);
            expect(Math.abs(sum - sums![c]!)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(sum)));
            expectClose(
              column.filter((_, i) => i % step === 0),
              values[c]!,
            );
          });
        });
      },
    );

    it.each(INCIDENT_SETS)("%s: the same incidents, ranges, columns, graphs and values", (name) => {
      const wanted = askReference(CASES, [name, DATA]);
      const mine = readIncidentSet(DATA, name);
      expect(mine.length).toBe(wanted.length);
      wanted.forEach(({ row, columns: [seconds, values] }, k) => {
        const { timestampsMs, values: own, columns, normalRows, dataset, ...rest } = mine[k]!;
        expect(dataset).toBe(name);
        expect({
          ...rest,
          columns: columns.map(({ nodeId, metricName }) => [nodeId, metricName]),
          normalRows: normalRows === undefined ? null : [...normalRows],
        }).toEqual(row);
        expect(timestampsMs).toEqual(seconds!.map((at) => at * 1000));
        own.forEach((column, c) => {
          expectClose(
            column,
            column.map((_, i) => values![i * own.length + c]!),
          );
        });
      });
    });
  },
);

function expectClose(mine: Float64Array, wanted: Float64Array): void {
  expect(mine.length).toBe(wanted.length);
  const unlike = mine.findIndex((value, i) => {
    const other = wanted[i]!;
    if (Number.isNaN(value) || Number.isNaN(other)) return !Object.is(value, other);
    return Math.abs(value - other) > RELATIVE * Math.abs(other);
  });
  if (unlike >= 0) expect(mine[unlike], `row ${unlike}`).toBe(wanted[unlike]);
}
