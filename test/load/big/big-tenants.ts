import { pollHealth } from "../../tooling/poll-health.ts";
import { LoadClient } from "../load-client.ts";
import { LoadServer, WIDE } from "../load-server.ts";
import { type MachineShare, watchMachine } from "../machine-share.ts";
import { largest } from "../table.ts";
import { Fleet } from "./fleet.ts";

const STEP_MS = 10_000;

export interface BigOptions {
  readonly tenants: number;
  readonly seriesEach: number;
  /** Of data, one sample every 10 s. */
  readonly hours: number;
  readonly checkpoints: number;
  readonly advanced?: (text: string) => void;
}

export interface CheckpointFigures {
  readonly atStep: number;
  /** Paused: nothing else was done meanwhile, so what was written is the checkpoint's. */
  readonly kind: "paused" | "busy" | "nothing changed" | "one node changed";
  readonly tookMs: number;
  readonly pointsChanged: number;
  /** NaN where others wrote as well. */
  readonly writtenBytes: number;
  readonly blockMs: number;
}

export interface RestartFigures {
  readonly kind: "killed" | "stopped";
  /** NaN where it was killed. */
  readonly stopMs: number;
  readonly runningRssBytes: number;
  readonly runningPeakBytes: number;
  readonly readyMs: number;
  /** Of all threads: on a busy machine it says more than the time. */
  readonly readyCpuMs: number;
  /** Until all points were scored and folded again. */
  readonly settledMs: number;
  /** From the start until then. */
  readonly startPeakBytes: number;
}

export interface BigReport {
  readonly series: number;
  readonly points: number;
  readonly pointsPerSecond: number;
  readonly rssBytesPerSeries: number;
  readonly longestBlockMs: number;
  /** While it ran; what restarts take is not in it. */
  readonly longestHealthGapMs: number;
  /** What an idle process showed at the same time. */
  readonly machine: MachineShare;
  /** Of a start on an empty folder. */
  readonly emptyReadyMs: number;
  readonly checkpoints: readonly CheckpointFigures[];
  readonly restarts: readonly RestartFigures[];
}

/** At these shares of the way. */
const RESTARTS = [
  [0.25, "killed"],
  [0.5, "stopped"],
  [0.75, "killed"],
] as const;

/** Tenants as large as they may be, in accelerated time: past times, sent as fast as they are taken. */
export async function bigTenants(options: BigOptions): Promise<BigReport> {
  const names = Array.from({ length: options.tenants }, (_, k) => `tenant-${k}`);
  const plans = names.map((tenant) => ({ tenant, limits: WIDE, stepMs: STEP_MS }));
  const server = new LoadServer(plans);
  try {
    return await new BigRun(server, names, options).report();
  } finally {
    await server.remove();
  }
}

class BigRun {
  readonly #server: LoadServer;
  readonly #names: readonly string[];
  readonly #options: BigOptions;
  readonly #steps: number;
  readonly #startMs: number;
  #fleets: readonly Fleet[] = [];
  #poll = { stop: async () => 0 };
  #savedAtStep = 0;
  #blocks = [0];
  #gaps = [0];
  #sendingMs = 0;
  readonly #checkpoints: CheckpointFigures[] = [];
  readonly #restarts: RestartFigures[] = [];

  constructor(server: LoadServer, names: readonly string[], options: BigOptions) {
    this.#server = server;
    this.#names = names;
    this.#options = options;
    this.#steps = Math.round((options.hours * 3_600_000) / STEP_MS);
    this.#startMs = Math.floor(Date.now() / STEP_MS - this.#steps - 60) * STEP_MS;
  }

  async report(): Promise<BigReport> {
    const { seriesEach, tenants, checkpoints } = this.#options;
    const machine = await watchMachine();
    const emptyReadyMs = await this.#server.start();
    this.#begin();
    let [nextSave, nextRestart] = [1, 0];
    for (let step = 0; step < this.#steps; step++) {
      await this.#scrape(step);
      if ((step + 1) * checkpoints >= nextSave * this.#steps) {
        await this.#save(step + 1, nextSave++ % 2 === 0 ? "busy" : "paused");
      }
      const [share, kind] = RESTARTS[nextRestart] ?? [2, "killed"];
      if (step + 1 < share * this.#steps) continue;
      await this.#restart(kind);
      nextRestart++;
    }
    await this.#smallSaves();
    const series = seriesEach * tenants;
    const rss = this.#server.readings().rssBytes;
    await this.#end();
    return {
      series,
      points: series * this.#steps,
      pointsPerSecond: (1000 * series * this.#steps) / this.#sendingMs,
      rssBytesPerSeries: rss / series,
      longestBlockMs: largest(this.#blocks),
      longestHealthGapMs: largest(this.#gaps),
      machine: await machine.stop(),
      emptyReadyMs,
      checkpoints: this.#checkpoints,
      restarts: this.#restarts,
    };
  }

  #begin(): void {
    const { url, keys } = this.#server;
    const { seriesEach } = this.#options;
    this.#fleets = this.#names.map(
      (name) => new Fleet(new LoadClient(url, keys.get(name)!), seriesEach, this.#startMs),
    );
    this.#poll = pollHealth(url);
  }

  async #end(): Promise<void> {
    this.#gaps.push(await this.#poll.stop());
    this.#blocks.push((await this.#server.figures()).blockMs);
  }

  async #scrape(step: number): Promise<void> {
    const beganMs = performance.now();
    for (const fleet of this.#fleets) await fleet.scrape(this.#startMs + step * STEP_MS);
    this.#sendingMs += performance.now() - beganMs;
  }

  async #save(step: number, kind: CheckpointFigures["kind"], points?: number): Promise<void> {
    const series = this.#options.seriesEach * this.#options.tenants;
    if (kind !== "busy") await this.#settle();
    this.#blocks.push((await this.#server.figures()).blockMs);
    const before = this.#server.readings().writtenBytes;
    const beganMs = performance.now();
    const { blockMs } = await this.#server.checkpoint();
    const tookMs = performance.now() - beganMs;
    this.#blocks.push(blockMs);
    const written = this.#server.readings().writtenBytes - before;
    const one: CheckpointFigures = {
      atStep: step,
      kind,
      tookMs,
      pointsChanged: points ?? (step - this.#savedAtStep) * series,
      writtenBytes: kind === "busy" ? Number.NaN : written,
      blockMs,
    };
    this.#savedAtStep = step;
    this.#checkpoints.push(one);
    this.#options.advanced?.(JSON.stringify(one));
  }

  async #settle(): Promise<void> {
    const beganMs = performance.now();
    await this.#server.settle();
    this.#sendingMs += performance.now() - beganMs;
  }

  async #restart(kind: RestartFigures["kind"]): Promise<void> {
    await this.#end();
    const running = this.#server.readings();
    let stopMs = Number.NaN;
    if (kind === "killed") await this.#server.kill();
    else stopMs = await this.#server.stop();
    const beganMs = performance.now();
    const readyMs = await this.#server.start();
    const { cpuMs: readyCpuMs } = await this.#server.figures();
    this.#begin();
    await this.#server.settle();
    const one: RestartFigures = {
      kind,
      stopMs,
      runningRssBytes: running.rssBytes,
      runningPeakBytes: running.peakRssBytes,
      readyMs,
      readyCpuMs,
      settledMs: performance.now() - beganMs,
      startPeakBytes: this.#server.readings().peakRssBytes,
    };
    this.#restarts.push(one);
    this.#options.advanced?.(JSON.stringify(one));
  }

  /** What is written follows what changed: nothing, and ten series of all. */
  async #smallSaves(): Promise<void> {
    const step = this.#steps;
    await this.#save(step, "paused");
    await this.#save(step, "nothing changed");
    await this.#fleets[0]!.scrapeOneNode(this.#startMs + step * STEP_MS);
    await this.#save(step, "one node changed", 10);
  }
}
