import { type Labels, longRow } from "../forms/long-rows.ts";
import type { CsvOptions } from "../read-options.ts";
import { fieldOf, type JsonForm, type LongRows, listOf, objectOf } from "./json-form.ts";

/** Datadog's `query` of metrics: series with a pointlist each. */
export const datadogPoints: JsonForm = {
  name: "Datadog metrics query",
  evidence: "series with a pointlist",
  rowsOf(value: unknown, options: CsvOptions): LongRows | undefined {
    const { series } = objectOf(value);
    const isIt = Array.isArray(series) && series.every((one) => "pointlist" in objectOf(one));
    if (!isIt) return undefined;
    return series.flatMap((one) => {
      const { metric, tag_set, scope, pointlist } = objectOf(one);
      const tags = Array.isArray(tag_set) ? tag_set.map(fieldOf) : fieldOf(scope).split(",");
      const labels: Labels = tags.flatMap((tag): Labels => {
        const cut = tag.indexOf(":");
        return cut < 0 ? [] : [[tag.slice(0, cut).trim(), tag.slice(cut + 1).trim()]];
      });
      return listOf(pointlist).map((point) => {
        const [at, number] = listOf(point);
        return longRow(fieldOf(metric) || "value", labels, fieldOf(at), fieldOf(number), options);
      });
    });
  },
};
