/** The four words of the contract. `normal` where the score stays below 0.5. */
export const ANOMALY_LABELS = ["spike", "trend", "seasonal", "normal"] as const;
export type AnomalyLabel = (typeof ANOMALY_LABELS)[number];

/** The contract's name for the label; both names mean the same set of words. */
export type AnomalyType = AnomalyLabel;

/** The finer kind under the label. `missing` is a data-quality kind and carries the label trend. */
export const ANOMALY_KINDS = [
  "spike",
  "dip",
  "variance",
  "shift_up",
  "shift_down",
  "trend",
  "flatline",
  "seasonal",
  "missing",
  "normal",
] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** Which label a finer kind belongs to. Source: spec of the classifier, rule "label mapping". */
export const LABEL_OF_KIND: Readonly<Record<AnomalyKind, AnomalyLabel>> = {
  spike: "spike",
  dip: "spike",
  variance: "spike",
  shift_up: "trend",
  shift_down: "trend",
  trend: "trend",
  flatline: "trend",
  missing: "trend",
  seasonal: "seasonal",
  normal: "normal",
};
