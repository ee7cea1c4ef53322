import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { MINUTE_MS } from "@foreshock/core";

/** Everything that can be set from outside, read once, checked, frozen, passed down by part. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** Fixed when a data folder is made; the folder remembers it. */
  readonly partitionCount: number;
  readonly workerCount: number;
  readonly logLevel: "silent" | "error" | "warn" | "info" | "debug";
  /** How often models and folds are saved, so that a crash replays little. */
  readonly checkpointEveryMs: number;
}

export interface ConfigFlags {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly dataDir?: string | undefined;
  readonly workers?: number | undefined;
  readonly logLevel?: string | undefined;
}

export class ConfigProblem extends Error {
  override readonly name = "ConfigProblem";
}

const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
const PARTITIONS = 8;

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
  return Object.freeze({
    host: flags.host ?? env.FORESHOCK_HOST ?? "127.0.0.1",
    port: portOf(flags.port ?? whole("FORESHOCK_PORT", env.FORESHOCK_PORT) ?? 7070),
    dataDir: resolve(flags.dataDir ?? env.FORESHOCK_DATA_DIR ?? "foreshock-data"),
    partitionCount: PARTITIONS,
    workerCount: Math.min(PARTITIONS, workers ?? Math.max(1, availableParallelism())),
    logLevel,
    checkpointEveryMs: MINUTE_MS,
  });
}

function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new ConfigProblem(`${name}="${text}": give a whole number`);
  return Number(text);
}

function portOf(port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigProblem(`port ${port}: give a number from 0 to 65535 (0 picks a free one)`);
  }
  return port;
}
