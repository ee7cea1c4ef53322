import type { AlarmOutcome, AnomalyKind, Explanation } from "@foreshock/client";

type FactorName = Explanation["factors"][number]["name"];

const KINDS: Readonly<Record<AnomalyKind, string>> = {
  spike: "spike",
  dip: "dip",
  variance: "more variance",
  shift_up: "level shift up",
  shift_down: "level shift down",
  trend: "drift",
  flatline: "flatline",
  seasonal: "missed pattern",
  missing: "went silent",
  normal: "normal",
};

/** The finer kind in words. */
export function kindWord(kind: AnomalyKind): string {
  return KINDS[kind] ?? kind;
}

const OUTCOMES: Readonly<Record<AlarmOutcome, readonly [open: string, closed: string]>> = {
  open: ["firing", "resolved"],
  held: ["firing, not back to normal", "resolved"],
  accepted: ["new normal", "new normal"],
  recovered: ["recovering", "resolved"],
  ended: ["resolved", "resolved"],
};

/** How an alarm or finding stands, in the words of alerting: firing, resolved, or the new normal. */
export function outcomeWord(outcome: AlarmOutcome, isOpen: boolean): string {
  const words = OUTCOMES[outcome] ?? [outcome, outcome];
  return isOpen ? words[0] : words[1];
}

const FACTORS: Readonly<Record<FactorName, readonly [name: string, meaning: string]>> = {
  sudden: ["Sudden", "against what the last points led to expect"],
  hour: ["Hour", "against this hour on earlier days"],
  recent: ["Recent", "against the last hours"],
  shift: ["Sustained", "too far off for too long"],
  absence: ["Absence", "points missing, late or stuck"],
};

export function factorWords(name: FactorName): readonly [name: string, meaning: string] {
  return FACTORS[name] ?? [name, ""];
}

/** Confidence in [0, 1] as a word: how much of the history the engine wants has been seen. */
export function confidenceWord(confidence: number | null | undefined): string {
  if (confidence === null || confidence === undefined) return "unknown";
  if (confidence >= 0.8) return "high";
  return confidence >= 0.4 ? "medium" : "low";
}

/** "cpu", "cpu and disk", "cpu, disk and 3 more". */
export function listed(names: readonly string[], shownMax: number): string {
  if (names.length <= 1) return names[0] ?? "";
  const shown = names.length <= shownMax ? names.slice(0, -1) : names.slice(0, shownMax);
  const rest = names.length - shown.length;
  const last = rest === 1 ? names.at(-1) : `${rest} more`;
  return `${shown.join(", ")} and ${last}`;
}
