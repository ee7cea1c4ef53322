import type { TenantFold } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";

/** What a tenant's fold calls its series. */
export class FoldNumbers {
  /** By the series' index in the tenant. */
  readonly #numbers: (number | undefined)[] = [];
  /** The series behind each of the fold's numbers. */
  readonly #infos: (SeriesInfo | undefined)[] = [];

  /** The fold's number of a series, given on first sight. */
  of(fold: TenantFold, info: SeriesInfo): number {
    const { index, key } = info;
    const known = this.#numbers[index];
    if (known !== undefined) return known;
    const number = fold.addSeries(key.clusterId, key.nodeId, key.metricName);
    this.#numbers[index] = number;
    this.#infos[number] = info;
    return number;
  }

  /** The series behind a number; undefined where it has none, or its partition lost it. */
  seriesOf(number: number): SeriesInfo | undefined {
    return this.#infos[number];
  }
}
