export const DAMAGE_KINDS = [
  "partition-file",
  "day-file",
  "chunk",
  "head",
  "log-record",
  "name",
  "state",
] as const;

/** What was found damaged. */
export type DamageKind = (typeof DAMAGE_KINDS)[number];

/** Something stored that could not be read back. It was quarantined, never served, never deleted. */
export interface Damage {
  readonly kind: DamageKind;
  readonly file: string;
  /** The series it belongs to; undefined when a whole file or table is meant. */
  readonly seriesId: number | undefined;
  /** The lost range [startMs, endMs); NaN where not even that is known. */
  readonly startMs: number;
  readonly endMs: number;
  /** Points lost; NaN when unknown. */
  readonly points: number;
  readonly reason: string;
  /** Where the bytes are now. */
  readonly keptAs: string;
}

/** A detector state whose checksum does not match was dropped. */
export function stateDamage(file: string, seriesId: number, uptoMs: number): Damage {
  return {
    kind: "state",
    file,
    seriesId,
    startMs: uptoMs,
    endMs: uptoMs,
    points: 0,
    reason: "detector state checksum; an older state or a replay takes its place",
    keptAs: "dropped",
  };
}
