import type { Decoder } from "../../../decode/decoder.ts";
import type { Metrics } from "../../../observe/metrics.ts";
import type { LabelNames } from "../../../platform/label-names.ts";
import type { Limits } from "../../../tenant/limits.ts";

/** What the ways in need of the rooms behind them. */
export interface IngestParts {
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly decoder: Decoder;
  /** Which labels name cluster and node for a tenant; asked with each request. */
  readonly labelsOf: (tenantId: string) => LabelNames;
}
