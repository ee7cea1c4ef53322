import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { defaultMemoryMax, sizeOf } from "./memory-max.ts";

/** Everything that can be set from outside: read once, checked, frozen, passed down in parts. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** Fixed when a data folder is made; the folder remembers it. */
  readonly partitionCount: number;
  /** Threads that own partitions. */
  readonly workerCount: number;
  /** Threads that host tenants. */
  readonly hostCount: number;
  readonly logLevel: "silent" | "error" | "warn" | "info" | "debug";
  /** How often models and folds are saved, so that a crash replays little. */
  readonly checkpointEveryMs: number;
  /** UTC days of points and roll-up scores that are kept; 0 keeps everything. Findings always stay. */
  readonly retentionDays: number;
  /** In this time every sealed chunk is checked once, in the background; 0 turns that off. */
  readonly scrubEveryMs: number;
  /** Addresses and networks (10.0.0.0/8) of proxies that say truthfully whose request they pass on. */
  readonly trustedProxies: readonly string[];
  /** Bytes that the whole process may take; beyond it new series and long reads are refused. */
  readonly memoryMax: number;
}

export interface ConfigFlags {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly dataDir?: string | undefined;
  readonly workers?: number | undefined;
  readonly logLevel?: string | undefined;
  readonly retention?: number | undefined;
  readonly scrubHours?: number | undefined;
  readonly trustedProxies?: string | undefined;
  readonly memoryMax?: string | undefined;
}

export class ConfigProblem extends Error {
  override readonly name = "ConfigProblem";
}

const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
const PARTITIONS = 8;
const HOSTS_MAX = 4;
/** Shorter retention would delete days that late points and the learning of a daily pattern need. */
const RETENTION_DAYS_MIN = 3;
const SCRUB_HOURS = 24;
/** A longer wait does not fit into a timer (2^31 ms). */
const SCRUB_HOURS_MAX = 24 * 24;

/** Flags win over environment (`FORESHOCK_*`) over defaults. @throws ConfigProblem with the remedy. */
export function readConfig(
  flags: ConfigFlags,
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const workers = flags.workers ?? whole("FORESHOCK_WORKERS", env.FORESHOCK_WORKERS);
  const level = flags.logLevel ?? env.FORESHOCK_LOG_LEVEL ?? "info";
  const logLevel = LOG_LEVELS.find((known) => known === level);
  if (logLevel === undefined) {
    throw new ConfigProblem(`log level "${level}": use one of ${LOG_LEVELS.join(", ")}`);
  }
  const workerCount = Math.min(PARTITIONS, workers ?? Math.max(1, availableParallelism()));
  return Object.freeze({
    host: flags.host ?? env.FORESHOCK_HOST ?? "127.0.0.1",
    port: portOf(flags.port ?? whole("FORESHOCK_PORT", env.FORESHOCK_PORT) ?? 7070),
    dataDir: resolve(flags.dataDir ?? env.FORESHOCK_DATA_DIR ?? "foreshock-data"),
    partitionCount: PARTITIONS,
    workerCount,
    hostCount: Math.min(HOSTS_MAX, workerCount),
    logLevel,
    checkpointEveryMs: MINUTE_MS,
    retentionDays: retentionOf(
      flags.retention ?? whole("FORESHOCK_RETENTION_DAYS", env.FORESHOCK_RETENTION_DAYS) ?? 0,
    ),
    scrubEveryMs: scrubOf(
      flags.scrubHours ?? whole("FORESHOCK_SCRUB_HOURS", env.FORESHOCK_SCRUB_HOURS) ?? SCRUB_HOURS,
    ),
    trustedProxies: proxiesOf(flags.trustedProxies ?? env.FORESHOCK_TRUSTED_PROXIES ?? ""),
    memoryMax: memoryMaxOf(flags.memoryMax ?? env.FORESHOCK_MEMORY_MAX ?? ""),
  });
}

function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new ConfigProblem(`${name}="${text}": give a whole number`);
  return Number(text);
}

function memoryMaxOf(text: string): number {
  if (text === "") return defaultMemoryMax();
  const bytes = sizeOf(text);
  if (bytes !== undefined) return bytes;
  throw new ConfigProblem(`memory maximum "${text}": give bytes, or a size such as 4GiB or 700MiB`);
}

function retentionOf(days: number): number {
  if (days === 0 || (Number.isInteger(days) && days >= RETENTION_DAYS_MIN)) return days;
  throw new ConfigProblem(
    `retention of ${days} days: give 0 (keep everything) or at least ${RETENTION_DAYS_MIN}`,
  );
}

function scrubOf(hours: number): number {
  if (Number.isInteger(hours) && hours >= 0 && hours <= SCRUB_HOURS_MAX) return hours * HOUR_MS;
  throw new ConfigProblem(`scrub every ${hours} hours: give 0 (off) to ${SCRUB_HOURS_MAX}`);
}

function proxiesOf(text: string): readonly string[] {
  const networks = text.split(",").map((one) => one.trim());
  return networks.filter((one) => one !== "").map(demandNetwork);
}

function demandNetwork(network: string): string {
  const [address = "", bits, rest] = network.split("/");
  const bitsMax = isIP(address) === 6 ? 128 : 32;
  const goodBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax);
  if (isIP(address) !== 0 && goodBits && rest === undefined) return network;
  throw new ConfigProblem(
    `trusted proxy "${network}": give addresses or networks such as 10.0.0.0/8, with commas between`,
  );
}

function portOf(port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigProblem(`port ${port}: give a number from 0 to 65535 (0 picks a free one)`);
  }
  return port;
}
