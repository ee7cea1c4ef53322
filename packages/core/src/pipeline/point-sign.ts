/**
 * What is said of a scored point beside its p, in one byte: the phase of the series' alarm (ALARM_PHASE) in
 * the lowest bits, and these. Without them: a settled value.
 */
export const POINT_SIGN = {
  phases: 7,
  /** No value: the source said that the series ended here. */
  ended: 8,
  /** The series' sampling interval is not settled yet: it cannot be missed. */
  unsettled: 16,
} as const;
