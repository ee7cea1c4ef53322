/** The four words of the contract, by name. `NORMAL` where the score stays below 0.5. */
export const AnomalyType = {
  SPIKE: "spike",
  TREND: "trend",
  SEASONAL: "seasonal",
  NORMAL: "normal",
} as const;
export type AnomalyType = (typeof AnomalyType)[keyof typeof AnomalyType];

/** The same words as a list, and the house's name for one of them. */
export const ANOMALY_LABELS = [
  AnomalyType.SPIKE,
  AnomalyType.TREND,
  AnomalyType.SEASONAL,
  AnomalyType.NORMAL,
] as const;
export type AnomalyLabel = AnomalyType;

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
