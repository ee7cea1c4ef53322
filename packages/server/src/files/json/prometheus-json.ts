import { type Labels, longRow } from "../forms/long-rows.ts";
import type { CsvOptions } from "../read-options.ts";
import { fieldOf, type JsonForm, type LongRows, listOf, objectOf } from "./json-form.ts";

/** The answer of `query_range`, of Prometheus and whoever speaks like it; of `query` too. */
export const prometheusMatrix: JsonForm = {
  name: "Prometheus query_range",
  evidence: "data.result with metric and values",
  rowsOf(value: unknown, options: CsvOptions): LongRows | undefined {
    const answer = objectOf(value);
    const data = "resultType" in answer ? answer : objectOf(answer.data);
    if (!Array.isArray(data.result)) return undefined;
    return data.result.flatMap((one) => seriesRows(one, options));
  },
};

function seriesRows(series: unknown, options: CsvOptions): (readonly string[])[] {
  const { metric, values, value } = objectOf(series);
  const { __name__: name, ...rest } = objectOf(metric);
  const labels: Labels = Object.entries(rest).map(([label, text]) => [label, fieldOf(text)]);
  const points = value === undefined ? listOf(values) : [value];
  return points.map((point) => {
    const [at, number] = listOf(point);
    return longRow(fieldOf(name) || "value", labels, fieldOf(at), fieldOf(number), options);
  });
}
