import {
  childOf,
  createStreamEngine,
  EntityRollup,
  MetricSeries,
  type PromiseRow,
  PromiseTally,
  returnPeriodDays,
  tallySeries,
} from "@foreshock/core/fold";
import { NODE_SETS, readSeriesSet, UNIVARIATE_SETS } from "../accuracy/datasets/datasets.ts";
import type { LabelledSeries } from "../accuracy/datasets/record.ts";

export interface RealRow {
  readonly set: string;
  readonly level: "metric" | "node";
  readonly entities: number;
  readonly days: number;
  readonly rows: readonly PromiseRow[];
}

const ENGINE = createStreamEngine();

/** What became of the promise where nothing is labelled, set by set. */
export function realRows(dataDir: string): RealRow[] {
  const metrics = UNIVARIATE_SETS.map((set) => {
    const tally = new PromiseTally();
    readSeriesSet(dataDir, set).forEach((series, k) => {
      const { timestampsMs, intervalMs, labels } = series;
      const values = series.columns[0]!;
      tallySeries(tally, k, ENGINE, { timestampsMs, values, intervalMs, labels });
    });
    return rowOf(set, "metric", tally);
  });
  const nodes = NODE_SETS.map((set) => {
    const tally = new PromiseTally();
    readSeriesSet(dataDir, set).forEach((node, k) => {
      tallyNode(tally, k, node);
    });
    return rowOf(set, "node", tally);
  });
  return [...metrics, ...nodes];
}

function rowOf(set: string, level: RealRow["level"], tally: PromiseTally): RealRow {
  return { set, level, entities: tally.entityCount, days: tally.watchedDays, rows: tally.rows() };
}

function tallyNode(tally: PromiseTally, entity: number, node: LabelledSeries): void {
  const { columns, timestampsMs, intervalMs, labels, metricNames } = node;
  const children = columns.length;
  const p = new Float64Array(labels.length * children);
  columns.forEach((values, k) => {
    const scores = ENGINE.score(
      new MetricSeries({
        tenantId: node.dataset,
        clusterId: node.group,
        nodeId: node.series,
        metricName: metricNames[k]!,
        timestamps: timestampsMs,
        values,
      }),
    );
    const up = childOf(scores);
    values.forEach((value, i) => {
      p[i * children + k] = Number.isNaN(value) ? Number.NaN : up[i]!;
    });
  });
  const rollup = new EntityRollup({ intervalMs, children });
  for (let i = 0; i < labels.length; i++) {
    rollup.step(p, i * children, (i + 1) * children);
    if (labels[i] === 1) continue;
    tally.push(entity, i, returnPeriodDays(rollup.promisedP, intervalMs), intervalMs);
  }
}
