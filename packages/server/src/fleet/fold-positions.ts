import type { Positions } from "../partition/protocol.ts";

/** A vector of partition positions as it is saved beside a fold. */
export function writePositions(positions: Positions): string {
  return JSON.stringify(positions);
}

/** What `writePositions` gave; empty for anything else, so that all is scored again. */
export function readPositions(text: string): Positions {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === "object" && read !== null) return read as Positions;
  } catch {
    // Versions before 0.2 saved an empty text.
  }
  return {};
}

/**
 * Whether a fold that was saved at these positions has not seen all that a partition has noted as
 * detected. What comes after that the partition scores again by itself, from its log.
 */
export function isBehind(
  saved: Positions | undefined,
  partition: number,
  detected: number,
): boolean {
  return (saved?.[partition] ?? 0) < detected;
}
