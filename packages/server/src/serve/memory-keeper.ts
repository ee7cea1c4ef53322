import type { Config } from "../config/config.ts";
import { DECODERS } from "../decode/decoder-pool.ts";
import type { HostMemoryPart } from "../host/host-memory.ts";
import { GreedyThread, type WatchedThread } from "../memory/greedy-thread.ts";
import { MemoryLedger } from "../memory/memory-ledger.ts";
import {
  decoderBytesMax,
  type MemoryPlan,
  MemoryPlanProblem,
  memoryPlan,
  readBytesMax,
  threadBytesMax,
} from "../memory/memory-plan.ts";
import { ResidentGuard } from "../memory/resident-guard.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { StartProblem } from "./start-problem.ts";

/** A thread of the platform, before anybody has said what it may hold. */
export interface PlatformThread extends Pick<WatchedThread, "name" | "bytes" | "end"> {
  /** A host of tenants, an owner of partitions, which works for all tenants, or a decoder of bodies. */
  readonly kind: "host" | "owner" | "decoder";
  /** Its number among the hosts; nothing else has one. */
  readonly host?: number;
}

export interface MemoryKeeperParts {
  readonly plan: MemoryPlan;
  readonly hostCount: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly residentBytes: () => number;
}

const MIB = 2 ** 20;

/**
 * Keeps the process within its memory maximum: hosts ask the ledger before they take in a series, and what
 * the process really takes decides above all sums. Its `look` is to be called several times a second.
 */
export class MemoryKeeper {
  readonly plan: MemoryPlan;
  readonly ledger: MemoryLedger;
  readonly #parts: MemoryKeeperParts;
  readonly #guard: ResidentGuard;
  readonly #greedy: GreedyThread;
  #threads: () => readonly PlatformThread[] = () => [];

  constructor(parts: MemoryKeeperParts) {
    const { plan, hostCount, residentBytes } = parts;
    this.#parts = parts;
    this.plan = plan;
    this.ledger = new MemoryLedger(MemoryLedger.memory(hostCount, plan.potBytes));
    this.#guard = new ResidentGuard({
      ...{ memoryMax: plan.memoryMax, residentBytes },
      changed: (isTight, bytes) => this.#changed(isTight, bytes),
    });
    this.#greedy = new GreedyThread(() => this.#threads().map((one) => this.#watched(one)));
  }

  /** What each host may use. */
  get hostPart(): HostMemoryPart {
    const { longReadsMax, queuedPointsMax } = this.plan;
    return { ledger: this.ledger.shared, longReadsMax, queuedPointsMax };
  }

  /** The threads that may be ended where one of them takes what is not its own. */
  watch(threads: () => readonly PlatformThread[]): void {
    this.#threads = threads;
  }

  look(): void {
    this.#guard.look();
    if (this.#guard.isTight) void this.#greedy.look();
  }

  /** What whoever asks /readyz should know. */
  notes(): readonly string[] {
    if (this.#guard.isTight) {
      return ["memory is short: new series and long reads are refused; all else goes on"];
    }
    const { usedBytes, potBytes } = this.ledger;
    return usedBytes < potBytes
      ? []
      : ["memory for series is used up: new ones are refused; all else goes on"];
  }

  /** Sets the gauges. */
  observe(): void {
    const { metrics, residentBytes } = this.#parts;
    const { usedBytes, potBytes } = this.ledger;
    metrics.memory.set({ what: "resident" }, residentBytes());
    metrics.memory.set({ what: "max" }, this.plan.memoryMax);
    metrics.memory.set({ what: "charged" }, usedBytes);
    metrics.memory.set({ what: "charged_max" }, potBytes);
    metrics.memoryTight.set(this.#guard.isTight ? 1 : 0);
  }

  #changed(isTight: boolean, bytes: number): void {
    this.ledger.isTight = isTight;
    const facts = {
      residentMiB: Math.round(bytes / MIB),
      maxMiB: Math.round(this.plan.memoryMax / MIB),
      chargedMiB: Math.round(this.ledger.usedBytes / MIB),
    };
    const { log } = this.#parts;
    if (isTight) log.error(facts, "memory is short: new series and long reads are refused");
    else log.info(facts, "there is memory again: new series and long reads are taken");
  }

  #watched({ kind, host, ...thread }: PlatformThread): WatchedThread {
    const { ledger, plan } = this;
    const bytesMax = (): number => {
      if (kind === "decoder") return decoderBytesMax(plan);
      if (host === undefined) return threadBytesMax(ledger.usedBytes);
      return threadBytesMax(ledger.heldBy(host)) + readBytesMax(plan);
    };
    return { ...thread, bytesMax };
  }
}

/** The maximum, divided. @throws StartProblem where the maximum is too small for the threads. */
export function planOf({ memoryMax, workerCount: ownerCount, hostCount }: Config): MemoryPlan {
  try {
    return memoryPlan(memoryMax, { ownerCount, hostCount, decoderCount: DECODERS });
  } catch (error) {
    if (!(error instanceof MemoryPlanProblem)) throw error;
    const hint = "set --memory-max or FORESHOCK_MEMORY_MAX, --workers or FORESHOCK_WORKERS";
    throw new StartProblem(error.message, hint);
  }
}
