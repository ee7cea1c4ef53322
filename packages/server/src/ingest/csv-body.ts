import { appendAll } from "@foreshock/core/fold";
import type { IngestSeries } from "../platform/ingest-series.ts";
import { csvBatches } from "./csv.ts";
import { seriesOfBatch } from "./csv-series.ts";
import { PointBudget } from "./growing-columns.ts";
import { IngestProblem } from "./ingest-problem.ts";

export interface CsvBodyOptions {
  /** Names where no column gives them. */
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
}

/**
 * Reads a CSV that came as a body, all or nothing.
 *
 * @throws CsvError naming the line | IngestProblem "body_too_large" | "malformed_body".
 */
export async function readCsv(
  bytes: Buffer,
  options: CsvBodyOptions,
  pointsMax: number,
): Promise<IngestSeries[]> {
  // The CSV reader unfolds gzip by itself, without our bound: a body is unfolded before, once.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new IngestProblem(
      "malformed_body",
      "the CSV is gzip without the header that says so, or packed twice",
      "send Content-Encoding: gzip and pack it once",
    );
  }
  const budget = new PointBudget(pointsMax);
  const series: IngestSeries[] = [];
  for await (const batch of csvBatches({ name: "body", bytes: chunks(bytes) }, options)) {
    budget.spend(batch.values.length);
    appendAll(series, seriesOfBatch(batch));
  }
  return series;
}

const CHUNK_BYTES = 256 * 1024;

/** The body in parts, so that it is never decoded far ahead of the budget's look at it. */
async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}
