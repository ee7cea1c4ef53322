/** Severity words, everywhere alike: none < .25 <= low < .5 <= moderate < .75 <= major < .9 <= critical. */
export const SEVERITIES = ["none", "low", "moderate", "major", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A point, window or entity counts as anomalous from here on: about once a day for this entity. */
export const ANOMALOUS_SCORE = 0.5;

/** The word for a calibrated score in [0, 1]. NaN gives `none`. */
export function severityOf(score: number): Severity {
  if (score >= 0.9) return "critical";
  if (score >= 0.75) return "major";
  if (score >= 0.5) return "moderate";
  if (score >= 0.25) return "low";
  return "none";
}
