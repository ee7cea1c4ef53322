import type { DurationMs } from "@foreshock/core/fold";

/**
 * What clients of the HTTP port may hold, with or without a key. The README of this package lists the
 * same table for operators.
 */
export interface DoorLimits {
  /** Connections of all addresses. When they are used up, idle ones without a key are closed first. */
  readonly connectionsMax: number;
  /** Connections beyond `connectionsMax` for addresses that hold few: probes and newcomers. */
  readonly connectionsReserved: number;
  /** An address with fewer connections than this may use the reserve. */
  readonly reservedPerAddress: number;
  /** Connections of one address on which no good key has been seen yet. IPv6: of one /64 network. */
  readonly keylessPerAddress: number;
  /**
   * How often a newcomer of an address may displace an older connection of the same address, once its
   * share is used up; beyond that newcomers are refused, which costs a third of letting them in.
   */
  readonly displacedPerSecond: number;
  /** Connections of one address, with or without a key. Trusted proxies have no share of their own. */
  readonly perAddress: number;
  /** From the first byte of a request, or from the opening of the connection, to the end of its headers. */
  readonly headersMs: DurationMs;
  /** From the first byte of a request to the last of its body. */
  readonly requestMs: DurationMs;
  readonly headerBytesMax: number;
  /** Between two requests, on a connection without and with a good key. */
  readonly idleKeylessMs: DurationMs;
  readonly idleKeyedMs: DurationMs;
  /** A body must come, and a reply must be read, at this rate on average over the time below. */
  readonly bytesPerSecondMin: number;
  readonly uploadWindowMs: DurationMs;
  readonly unreadWindowMs: DurationMs;
  /** Bytes of large replies that wait for their readers: of one key (or address), and of all. */
  readonly unsentBytesPerKey: number;
  readonly unsentBytesMax: number;
  /** When room for replies is short, those without progress for this long are cut. */
  readonly stalledMs: DurationMs;
  /** How long requests under way may go on once the server ends. */
  readonly graceMs: DurationMs;
  /** From the signal to the end of the process, whatever clients and disks do. */
  readonly endMs: DurationMs;
}

/** Source: baseline defaults of the reliability page; idle times of common servers (5 s, 65 s). */
export const DOOR_LIMITS: DoorLimits = Object.freeze({
  connectionsMax: 2000,
  connectionsReserved: 100,
  reservedPerAddress: 10,
  keylessPerAddress: 200,
  displacedPerSecond: 50,
  perAddress: 1000,
  headersMs: 5000,
  requestMs: 60_000,
  headerBytesMax: 16 * 1024,
  idleKeylessMs: 5000,
  idleKeyedMs: 65_000,
  bytesPerSecondMin: 1024,
  uploadWindowMs: 10_000,
  unreadWindowMs: 15_000,
  unsentBytesPerKey: 64 * 1024 * 1024,
  unsentBytesMax: 256 * 1024 * 1024,
  stalledMs: 2000,
  graceMs: 5000,
  endMs: 22_000,
});
