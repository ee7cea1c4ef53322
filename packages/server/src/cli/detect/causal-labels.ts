import {
  ANOMALOUS_SCORE,
  ANOMALY_LABELS,
  classify,
  findOnset,
  LABEL_OF_KIND,
  quietPointsMax,
} from "@foreshock/core/fold";
import type { ScoredSeries } from "./score-table.ts";

const NORMAL = ANOMALY_LABELS.indexOf("normal");
/** Silences and stuck values alike. */
const ABSENT = ANOMALY_LABELS.indexOf(LABEL_OF_KIND.missing);

/**
 * The label of each point as it was known at that point, as an index into ANOMALY_LABELS: `normal`
 * below 0.5, else the label of its run from the onset up to there. A run is looked at again whenever
 * it has doubled in length, so that no label depends on later points and a long run costs little.
 */
export function causalLabels({ series, points, watched }: ScoredSeries): Uint8Array {
  const { score, nonconformity, intervalMs } = points;
  const labels = new Uint8Array(score.length).fill(NORMAL);
  if (watched !== undefined) {
    return labels.map((normal, at) => (score[at]! < ANOMALOUS_SCORE ? normal : ABSENT));
  }
  const quiet = quietPointsMax(intervalMs);
  let onset = 0;
  let last = Number.NEGATIVE_INFINITY;
  let lookAgain = 0;
  let label = NORMAL;
  for (let at = 0; at < score.length; at++) {
    if (score[at]! < ANOMALOUS_SCORE) continue;
    if (at - last > quiet + 1) {
      onset = findOnset(nonconformity, at);
      lookAgain = at;
    }
    last = at;
    if (at >= lookAgain) {
      const span = { firstIndex: onset, lastIndex: at, intervalMs };
      const timestampsMs = series.timestamps;
      const values = points.judged ?? series.values;
      label = ANOMALY_LABELS.indexOf(classify({ timestampsMs, values, ...span }).label);
      lookAgain = at + (at - onset) + 1;
    }
    labels[at] = label;
  }
  return labels;
}
