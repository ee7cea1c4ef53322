import type { AnomalyRow } from "@foreshock/client";
import { ANOMALOUS_SCORE, rarityWords, severityOf } from "@foreshock/core/fold";
import { daysOf } from "./judge-told.ts";
import { nameOf, type Reading } from "./play-fleet.ts";
import { saidNumbers } from "./sentence-numbers.ts";

/** Two surfaces that say different things about one thing at one moment. */
export interface Disagreement {
  readonly between: string;
  readonly detail: string;
}

/** What may be compared was compared; what came out other is listed. */
export interface SurfaceCheck {
  readonly compared: number;
  readonly disagreements: readonly Disagreement[];
}

/** Everything that was read about a fault at one moment, held against each other. */
export function checkSurfaces(reading: Reading): SurfaceCheck {
  const tally = new Tally();
  checkFindings(reading, tally);
  checkAnomalies(reading, tally);
  checkNodes(reading, tally);
  for (const { id, expected, said } of reading.why) {
    tally.same("why: sentence", id, true, flat(said).includes(flat(expected)));
  }
  return tally;
}

class Tally implements SurfaceCheck {
  compared = 0;
  readonly disagreements: Disagreement[] = [];

  same(between: string, where: string, one: unknown, other: unknown): void {
    this.compared++;
    if (one === other) return;
    this.disagreements.push({ between, detail: `${where}: ${String(one)} and ${String(other)}` });
  }
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function clock(instant: string): string {
  return instant.slice(11, 16);
}

/** A finding's Since, its sentence, its parts, and what is said of the parts elsewhere. */
function checkFindings({ findings, anomalies, alarms }: Reading, tally: Tally): void {
  for (const finding of findings) {
    const { id, text, onset, score, severity, contributions } = finding;
    const said = saidNumbers(text);
    // Of another hour's values, an instant and what is usual then is said.
    if (said.at !== undefined && onset !== null && finding.kind !== "seasonal") {
      tally.same("finding: since and sentence", `${id} ${text}`, clock(onset), said.at);
    }
    tally.same("finding: score and severity", id, severityOf(score), severity);
    if (said.rarity !== undefined) {
      const days = daysOf(finding, said.rarity.entity) ?? Number.NaN;
      tally.same("finding: rarity", `${id} ${text}`, rarityWords(days), said.rarity.words);
    }
    tally.same("finding: outcome", id, finding.closedAt === null, isGoingOn(finding));
    for (const part of contributions) {
      const own = anomalies.filter((row) => row.seriesId === part.seriesId);
      const told = own.find((row) => row.score === part.score);
      if (told === undefined) continue;
      const where = `${id} ${part.metric} on ${part.node}`;
      tally.same("finding and anomaly: onset", where, part.onset, told.explanation.onset);
      tally.same("finding and anomaly: kind", where, part.kind, told.kind);
      tally.same("finding and anomaly: sentence", where, part.text, told.explanation.text);
    }
  }
  for (const alarm of alarms) {
    const told = anomalyOfAlarm(alarm, anomalies);
    if (told === undefined || alarm.kind === null) continue;
    tally.same("alarm and anomaly: kind", alarm.id, alarm.kind, told.kind);
    tally.same("alarm and anomaly: sentence", alarm.id, alarm.text, told.explanation.text);
    tally.same("alarm: outcome", alarm.id, alarm.closedAt === null, isGoingOn(alarm));
  }
}

/** "Held" is said of what goes on, "ended" of what has closed; what is back, or the new normal, closes when it is quiet. */
function isGoingOn({ closedAt, outcome }: { closedAt: string | null; outcome: string }): boolean {
  if (outcome === "held" || outcome === "open") return true;
  return outcome === "ended" ? false : closedAt === null;
}

function anomalyOfAlarm(
  { seriesId, openedAt }: { seriesId: string; openedAt: string },
  anomalies: readonly AnomalyRow[],
): AnomalyRow | undefined {
  return anomalies.find(
    (row) =>
      row.seriesId === seriesId &&
      Date.parse(row.windowStart) <= Date.parse(openedAt) &&
      Date.parse(row.windowEnd) > Date.parse(openedAt),
  );
}

/** Of an anomaly: the sentence and its numbers, and the same row asked for alone. */
function checkAnomalies({ anomalies, single }: Reading, tally: Tally): void {
  for (const { id, kind, score, severity, explanation } of anomalies) {
    const { text, onset } = explanation;
    const said = saidNumbers(text);
    const hasInstant = said.at !== undefined && onset !== null && kind !== "seasonal";
    if (hasInstant)
      tally.same("anomaly: since and sentence", `${id} ${text}`, clock(onset), said.at);
    tally.same("anomaly: score and severity", id, severityOf(score), severity);
    if (said.direction !== undefined && (kind === "shift_up" || kind === "shift_down")) {
      const way = kind === "shift_up" ? "up" : "down";
      tally.same("anomaly: kind and direction", `${id} ${text}`, way, said.direction);
    }
  }
  for (const { listed, row, explanation } of single) {
    for (const other of [row.explanation, explanation]) {
      tally.same("anomaly alone: onset", listed.id, listed.explanation.onset, other.onset);
      tally.same("anomaly alone: kind", listed.id, listed.explanation.kind, other.kind);
    }
    tally.same("anomaly alone: score", listed.id, listed.score, row.score);
  }
}

/** "Since" of a node is the earliest onset of what is open on it. */
function checkNodes({ nodes, anomalies, alarms }: Reading, tally: Tally): void {
  for (const node of nodes) {
    const name = `${node.cluster}/${node.node}`;
    const open = anomalies.filter(
      (row) => row.open && row.score >= ANOMALOUS_SCORE && nameOf(row).startsWith(`${name}/`),
    );
    const held = alarms.filter(
      (row) => row.closedAt === null && nameOf(row).startsWith(`${name}/`),
    );
    if (node.since === null || node.numAnomalies !== open.length || held.length > open.length)
      continue;
    const onsets = open.flatMap(({ explanation: { onset } }) => onset ?? []).sort();
    tally.same("node: since and anomalies", name, node.since, onsets[0]);
  }
}
