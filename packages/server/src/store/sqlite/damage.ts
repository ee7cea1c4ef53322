export const DAMAGE_KINDS = [
  "partition-file",
  "write-ahead",
  "day-file",
  "chunk",
  "head",
  "log-record",
  "name",
  "state",
  "fleet-state",
  "fleet-file",
] as const;

/** What was found damaged. */
export type DamageKind = (typeof DAMAGE_KINDS)[number];

/** Something stored that could not be read back. It was quarantined, never served, never deleted. */
export interface Damage {
  readonly kind: DamageKind;
  readonly file: string;
  /** The series it belongs to; undefined when a whole file or table is meant. */
  readonly seriesId: number | undefined;
  /** The tenant it belongs to, where there is no series. */
  readonly tenantId?: string;
  /** The lost range [startMs, endMs); NaN where not even that is known. */
  readonly startMs: number;
  readonly endMs: number;
  /** Points lost; NaN when unknown. */
  readonly points: number;
  readonly reason: string;
  /** Where the bytes are now. */
  readonly keptAs: string;
}

/** A tenant's saved fold whose checksum does not match is not used. */
export function fleetStateDamage(file: string, tenantId: string, slot: string): Damage {
  return {
    kind: "fleet-state",
    file,
    seriesId: undefined,
    tenantId,
    startMs: Number.NaN,
    endMs: Number.NaN,
    points: 0,
    reason: `saved fold, piece "${slot}"; the tenant is folded again from its points`,
    keptAs: "kept until it is overwritten",
  };
}

/** A file of folds that is damaged is set aside as a whole. */
export function fleetFileDamage(file: string, reason: string, keptAs: string): Damage {
  return {
    kind: "fleet-file",
    file,
    seriesId: undefined,
    startMs: Number.NaN,
    endMs: Number.NaN,
    points: 0,
    reason: `${reason}; its tenants are folded again from their points`,
    keptAs,
  };
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
