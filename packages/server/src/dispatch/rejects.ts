import type { EpochMs } from "@foreshock/core/fold";
import type { IngestPlace } from "../platform/ingest-batch.ts";
import {
  type IngestReport,
  NOTHING_PUT,
  type PutPoints,
  type RejectReason,
} from "../platform/ingest-series.ts";
import { looksLike } from "../platform/usable-time.ts";

const EXAMPLES_MAX = 5;

/** Counts what is turned away, with the first few places for the reply. */
export class Rejects {
  readonly #counts = new Map<RejectReason, { points: number; examples: string[] }>();

  add(reason: RejectReason, place: IngestPlace, points: number): void {
    this.#add(reason, pathOf(place), points);
  }

  /** A point whose time is no usable one: the example says what it looks like. */
  addTime(place: IngestPlace, atMs: number, nowMs: EpochMs): void {
    const entry = this.#counts.get("invalid-time");
    // The text is made for those that are shown.
    if (entry !== undefined && entry.examples.length >= EXAMPLES_MAX) entry.points++;
    else this.#add("invalid-time", `${pathOf(place)} at ${atMs}${looksLike(atMs, nowMs)}`, 1);
  }

  #add(reason: RejectReason, example: string, points: number): void {
    const entry = this.#counts.get(reason) ?? { points: 0, examples: [] };
    this.#counts.set(reason, entry);
    entry.points += points;
    if (entry.examples.length >= EXAMPLES_MAX) return;
    if (entry.examples.at(-1) !== example) entry.examples.push(example);
  }

  report(acceptedPoints: number, put: PutPoints = NOTHING_PUT): IngestReport {
    const rejected = [...this.#counts].map(([reason, entry]) => ({ reason, ...entry }));
    const rejectedPoints = rejected.reduce((sum, { points }) => sum + points, 0);
    return { acceptedPoints, put, rejectedPoints, rejected };
  }
}

function pathOf({ clusterId, nodeId, metricName }: IngestPlace): string {
  return `${clusterId}/${nodeId}/${metricName}`;
}
