import { IngestProblem } from "./ingest-problem.ts";

/** What one body may come to. Every decoder counts before it allocates. */
export interface DecodeLimits {
  /** Bytes of the body as it was before its sender packed it. */
  readonly decodedBytesMax: number;
  readonly pointsMax: number;
  /** Parts that hold no point: empty series, blank lines, missing cells, metadata, histograms. */
  readonly partsMax: number;
  /** Bytes of the names of all runs of points, which repeat what the body may say once. */
  readonly nameBytesMax: number;
}

/** Twice as many parts as points, and twice as many bytes of names as a body may have. */
const PARTS_PER_POINT = 2;
const NAME_BYTES_PER_BYTE = 2;
/** An ordinary point takes 15 to 400 bytes of a body; longer ones cost as many points as they could be. */
const BYTES_PER_POINT = 1024;

/** The limits that follow from what a body may hold. */
export function decodeLimits(decodedBytesMax: number, pointsMax: number): DecodeLimits {
  return {
    decodedBytesMax,
    pointsMax,
    partsMax: PARTS_PER_POINT * pointsMax,
    nameBytesMax: NAME_BYTES_PER_BYTE * decodedBytesMax,
  };
}

/** Counts what one body holds, and stops it where that is too much. */
export class BodyBudget {
  readonly limits: DecodeLimits;
  points = 0;
  parts = 0;

  constructor(limits: DecodeLimits) {
    this.limits = limits;
  }

  /** @throws IngestProblem "body_too_large". */
  spend(points: number): void {
    this.points += points;
    if (this.points > this.limits.pointsMax) throw tooMany(this.limits.pointsMax, "points");
  }

  /** Counts parts that hold no point. @throws IngestProblem "body_too_large". */
  spendParts(parts: number): void {
    this.parts += parts;
    if (this.parts > this.limits.partsMax) {
      throw tooMany(this.limits.partsMax, "parts without a point (empty series, lines or fields)");
    }
  }

  /** Looks at values before it is known which of them are points. @throws IngestProblem "body_too_large". */
  demandRoom(values: number): void {
    const { pointsMax, partsMax } = this.limits;
    if (values > pointsMax + partsMax) throw tooMany(pointsMax, "points");
  }

  /** What the body costs of its tenant's rate, in points. */
  charged(decodedBytes: number): number {
    return Math.max(this.points + this.parts, Math.floor(decodedBytes / BYTES_PER_POINT));
  }
}

function tooMany(countMax: number, what: string): IngestProblem {
  return new IngestProblem(
    "body_too_large",
    `more than ${countMax} ${what} in one body`,
    "send the points in several requests",
  );
}
