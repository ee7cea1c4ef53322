import { longRow } from "../forms/long-rows.ts";
import type { CsvOptions } from "../read-options.ts";
import { fieldOf, type JsonForm, type LongRows, listOf, objectOf } from "./json-form.ts";

const STATISTICS = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"];

/** `aws cloudwatch get-metric-data`: columns of times and values per metric. */
export const cloudwatchData: JsonForm = {
  name: "CloudWatch get-metric-data",
  evidence: "MetricDataResults",
  rowsOf(value: unknown, options: CsvOptions): LongRows | undefined {
    const { MetricDataResults: results } = objectOf(value);
    if (!Array.isArray(results)) return undefined;
    const labels = results.map((one) => fieldOf(objectOf(one).Label));
    const isClear = new Set(labels).size === labels.length;
    return results.flatMap((one, i) => {
      const { Id, Timestamps, Values } = objectOf(one);
      const id = fieldOf(Id);
      const label = labels[i] || id || "value";
      // Two metrics of one label have an id of their own each.
      const name = isClear || id === "" ? label : `${label} (${id})`;
      const values = listOf(Values);
      return listOf(Timestamps).map((at, k) =>
        longRow(name, [], fieldOf(at), fieldOf(values[k]), options),
      );
    });
  },
};

/** `aws cloudwatch get-metric-statistics`: one metric, a point with its statistics each. */
export const cloudwatchStatistics: JsonForm = {
  name: "CloudWatch get-metric-statistics",
  evidence: "Label and Datapoints",
  rowsOf(value: unknown, options: CsvOptions): LongRows | undefined {
    const { Label, Datapoints } = objectOf(value);
    if (!Array.isArray(Datapoints)) return undefined;
    const points = Datapoints.map(objectOf);
    const found = STATISTICS.filter((name) => points.some((point) => name in point));
    const label = fieldOf(Label) || "value";
    return found.flatMap((statistic) => {
      const metric = found.length === 1 ? label : `${label} ${statistic}`;
      return points.map((point) =>
        longRow(metric, [], fieldOf(point.Timestamp), fieldOf(point[statistic]), options),
      );
    });
  },
};
