import type { EntityState, Severity } from "@foreshock/client";
import type { CellState } from "../state/view-codec.ts";

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["critical", "major", "moderate", "low", "none"];

/** none < .25 <= low < .5 <= moderate < .75 <= major < .9 <= critical; null gives none. */
export function severityOf(score: number | null): Severity {
  if (score === null) return "none";
  if (score >= 0.9) return "critical";
  if (score >= 0.75) return "major";
  if (score >= 0.5) return "moderate";
  return score >= 0.25 ? "low" : "none";
}

/** What a map cell shows: an entity that learns or is silent has no honest severity. */
export function cellStateOf(entity: {
  readonly state: EntityState;
  readonly score: number | null;
}): CellState {
  return entity.state === "live" ? severityOf(entity.score) : entity.state;
}

/** What the legend calls it. */
export const CELL_WORDS: Readonly<Record<CellState, string>> = {
  critical: "critical",
  major: "major",
  moderate: "moderate",
  low: "low",
  none: "normal",
  learning: "learning",
  silent: "silent",
};
