import { DEFAULT_BODY_LIMITS } from "../../../packages/server/src/tenant/limits.ts";
import { LoadClient } from "../load-client.ts";
import { LoadServer } from "../load-server.ts";
import { type Answers, GreedyTenant } from "./greedy-tenant.ts";

const TENANTS = ["one", "two"];
const LOOK_MS = 50;

export interface LimitsOptions {
  readonly memoryMaxBytes: number;
  /** For which all rates are at their maximum, before the restart and after it. */
  readonly seconds: number;
  readonly advanced?: (text: string) => void;
}

export interface LimitsPhase {
  readonly what: string;
  readonly seconds: number;
  /** The most while it ran. */
  readonly residentBytes: number;
  /** Of both tenants: how often each answer was given, by status and kind of problem. */
  readonly answers: Answers;
}

export interface LimitsReport {
  readonly memoryMaxBytes: number;
  readonly phases: readonly LimitsPhase[];
  /** Of each tenant, before the restart and after it. */
  readonly kept: readonly (readonly [before: string, after: string])[];
}

/**
 * Two tenants with the default limits use every one of them as far as they are let: series that live, series
 * that are kept, bytes of names; then points, pushes, reads and bytes of bodies all at once; again after a restart.
 */
export async function limits(options: LimitsOptions): Promise<LimitsReport> {
  const plans = TENANTS.map((tenant) => ({ tenant, limits: {}, stepMs: 60_000 }));
  const server = new LoadServer(plans, 60_000, options.memoryMaxBytes);
  try {
    return await new LimitsRun(server, options).report();
  } finally {
    await server.remove();
  }
}

class LimitsRun {
  readonly #server: LoadServer;
  readonly #options: LimitsOptions;
  readonly #phases: LimitsPhase[] = [];
  readonly #startMs = Date.now();

  constructor(server: LoadServer, options: LimitsOptions) {
    this.#server = server;
    this.#options = options;
  }

  async report(): Promise<LimitsReport> {
    const { memoryMaxBytes, seconds } = this.#options;
    await this.#server.start();
    let tenants = this.#tenants(0);
    await this.#phase("new series, until none is let in", tenants, (one) => one.fillWithSeries());
    await this.#phase("all rates at once", tenants, (one) => one.everythingFor(seconds));
    const before = await Promise.all(tenants.map((one) => one.kept()));
    const rounds = tenants.map((one) => one.round);
    await this.#phase("stopped and started", tenants, () => Promise.resolve(), true);
    tenants = this.#tenants(rounds[0]!);
    const after = await Promise.all(tenants.map((one) => one.kept()));
    await this.#phase("all rates, after the restart", tenants, (one) => one.everythingFor(seconds));
    return {
      memoryMaxBytes,
      phases: this.#phases,
      kept: before.map((text, k) => [text, after[k]!] as const),
    };
  }

  #tenants(round: number): GreedyTenant[] {
    const { url, keys } = this.#server;
    return TENANTS.map(
      (name) =>
        new GreedyTenant(
          new LoadClient(url, keys.get(name)!),
          DEFAULT_BODY_LIMITS,
          this.#startMs,
          round,
        ),
    );
  }

  async #phase(
    what: string,
    tenants: readonly GreedyTenant[],
    act: (tenant: GreedyTenant) => Promise<void>,
    isRestart = false,
  ): Promise<void> {
    let residentBytes = 0;
    const look = (): void => {
      residentBytes = Math.max(residentBytes, this.#server.readings().rssBytes);
    };
    const beganMs = performance.now();
    let timer: NodeJS.Timeout | undefined;
    if (isRestart) {
      await this.#server.stop();
      await this.#server.start();
      residentBytes = this.#server.readings().peakRssBytes;
    } else {
      timer = setInterval(look, LOOK_MS);
      await Promise.all(tenants.map(act));
    }
    clearInterval(timer);
    look();
    const answers: Record<string, number> = {};
    for (const tenant of tenants) {
      for (const [kind, count] of Object.entries(tenant.takeAnswers())) {
        answers[kind] = (answers[kind] ?? 0) + count;
      }
    }
    const seconds = (performance.now() - beganMs) / 1000;
    const phase = { what, seconds, residentBytes, answers };
    this.#phases.push(phase);
    this.#options.advanced?.(JSON.stringify(phase));
  }
}
