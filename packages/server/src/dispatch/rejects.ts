import type { IngestPlace } from "../platform/ingest-batch.ts";
import type { IngestReport, RejectReason } from "../platform/ingest-series.ts";

const EXAMPLES_MAX = 5;

/** Counts what is turned away, with the first few places for the reply. */
export class Rejects {
  readonly #counts = new Map<RejectReason, { points: number; examples: string[] }>();

  add(reason: RejectReason, { clusterId, nodeId, metricName }: IngestPlace, points: number): void {
    const entry = this.#counts.get(reason) ?? { points: 0, examples: [] };
    this.#counts.set(reason, entry);
    entry.points += points;
    if (entry.examples.length >= EXAMPLES_MAX) return;
    const example = `${clusterId}/${nodeId}/${metricName}`;
    if (entry.examples.at(-1) !== example) entry.examples.push(example);
  }

  report(acceptedPoints: number): IngestReport {
    const rejected = [...this.#counts].map(([reason, entry]) => ({ reason, ...entry }));
    const rejectedPoints = rejected.reduce((sum, { points }) => sum + points, 0);
    return { acceptedPoints, rejectedPoints, rejected };
  }
}
