import { LivePlatform } from "../../packages/server/src/serve/live-platform.ts";
import { Limits } from "../../packages/server/src/tenant/limits.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_SETTINGS,
} from "../../packages/server/src/tenant/tenant-settings.ts";
import { InProcessOwners } from "../../packages/server/testing/in-process-owners.ts";
import { Dice } from "./dice.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { Turns } from "./turns.ts";
import { NOW, TENANTS } from "./workload.ts";

const PARTITIONS = 2;
/** So small that ages of some hours can claim what opens a finding. */
const BUDGET_DAYS = 0.1;

/** The simulator's clock stands still while points come. */
const NO_RATES = { ...DEFAULT_LIMITS, pointsPerSecond: 1e9, pointsBurst: 1e9 };

/** One life of a server: from its start to its end or its kill. */
export class World {
  readonly dir: string;
  readonly turns: Turns;
  readonly disk: SimulatedDisk;
  readonly owners: InProcessOwners;
  /** Moves the server's clock. */
  clockOffMs = 0;
  #platform: LivePlatform | undefined;

  private constructor(dir: string, seed: number) {
    this.dir = dir;
    this.turns = new Turns(new Dice(seed));
    this.disk = new SimulatedDisk(dir, this.turns.later);
    this.owners = new InProcessOwners({ dataDir: dir, later: this.turns.later, disk: this.disk });
  }

  static async open(dir: string, seed: number): Promise<World> {
    const world = new World(dir, seed);
    const opening = LivePlatform.open({
      dataDir: dir,
      partitionCount: PARTITIONS,
      workerCount: PARTITIONS,
      checkpointEveryMs: Number.POSITIVE_INFINITY,
      settingsOf: () => ({ ...DEFAULT_SETTINGS, budgetDays: BUDGET_DAYS }),
      limits: new Limits({ limitsOf: () => NO_RATES, monotonicMs: () => 0 }),
      gridFixed: () => {},
      tenantIds: () => TENANTS,
      now: () => NOW + world.clockOffMs,
      link: world.owners.link,
      later: (work) => world.turns.later("platform", work),
      after: (delayMs, work) => {
        if (Number.isFinite(delayMs)) world.turns.later("timers", work);
        return () => {};
      },
      disk: world.disk,
      events: {
        refused() {},
        scored() {},
        slowCommit() {},
        checkpoint() {},
        daysDropped() {},
        damage(found) {
          throw new Error(`damage: ${JSON.stringify(found)}`);
        },
        ownerEnded() {},
        ownerStarted() {},
        checkpointFailed() {},
        stateNotSaved(tenantId, error) {
          throw new Error(`state of ${tenantId} was not saved: ${String(error)}`);
        },
      },
    });
    world.#platform = await world.finished(opening);
    return world;
  }

  get platform(): LivePlatform {
    return this.#platform!;
  }

  /** What a promise gives, with turns taken until it does. */
  async finished<Value>(promise: Promise<Value>): Promise<Value> {
    let settled = false;
    const end = (): void => {
      settled = true;
    };
    promise.then(end, end);
    await this.turns.until(() => settled);
    return promise;
  }

  /** Waits until everything that was acknowledged is folded. Owners that ended are waited for. */
  async settle(): Promise<void> {
    await this.turns.until(() => this.platform.pool.isWhole && this.turns.isIdle);
    await this.finished(this.platform.settled());
    await this.turns.until(() => this.turns.isIdle);
  }

  async close(): Promise<void> {
    await this.finished(this.platform.close());
    this.turns.stop();
  }

  /** Leaves the folder as a kill or a power cut does, in `to`; frees what this process holds. */
  async cut(to: string, how: "kill" | "power"): Promise<void> {
    this.disk.copy(this.dir, to, how);
    // Only to free files: what is written from here on is in a folder that nobody reads again.
    this.disk.isFull = false;
    this.disk.hurry();
    const { pool, fleetStore } = this.platform;
    await this.finished(pool.close());
    this.turns.stop();
    fleetStore.close();
  }
}
