import { LivePlatform } from "../../packages/server/src/serve/live-platform.ts";
import { Limits } from "../../packages/server/src/tenant/limits.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_SETTINGS,
} from "../../packages/server/src/tenant/tenant-settings.ts";
import { InProcessHosts } from "../../packages/server/testing/in-process-hosts.ts";
import { InProcessOwners } from "../../packages/server/testing/in-process-owners.ts";
import { Dice } from "./dice.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { Turns } from "./turns.ts";
import { NOW, TENANTS } from "./workload.ts";

const PARTITIONS = 2;
const HOSTS = 2;
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
  readonly hosts: InProcessHosts;
  /** Moves the server's clock. */
  clockOffMs = 0;
  #platform: LivePlatform | undefined;

  private constructor(dir: string, seed: number) {
    this.dir = dir;
    this.turns = new Turns(new Dice(seed));
    this.disk = new SimulatedDisk(dir, this.turns.later);
    const { later } = this.turns;
    const { disk } = this;
    this.owners = new InProcessOwners({ dataDir: dir, later, disk, clientCount: HOSTS + 1 });
    this.hosts = new InProcessHosts({
      ...{ dataDir: dir, partitionCount: PARTITIONS, ownerCount: PARTITIONS, hostCount: HOSTS },
      ...{ later, disk, now: this.#now, after: this.#after },
      monotonicMs: () => 0,
    });
  }

  static async open(dir: string, seed: number): Promise<World> {
    const world = new World(dir, seed);
    const opening = LivePlatform.open({
      partitionCount: PARTITIONS,
      workerCount: PARTITIONS,
      hostCount: HOSTS,
      checkpointEveryMs: Number.POSITIVE_INFINITY,
      settingsOf: () => ({ ...DEFAULT_SETTINGS, budgetDays: BUDGET_DAYS }),
      limits: new Limits({ limitsOf: () => NO_RATES, monotonicMs: () => 0 }),
      gridFixed: () => {},
      tenantIds: () => TENANTS,
      now: world.#now,
      monotonicMs: () => 0,
      link: world.owners.link,
      linkHost: world.hosts.link,
      quarantine: {
        strike: () => 0,
        quarantine() {},
        reasonOf: () => undefined,
        tenantIds: () => [],
      },
      after: world.#after,
      events: {
        refused() {},
        scored() {},
        slowCommit() {},
        disk() {},
        checkpoint() {},
        daysDropped() {},
        damage(found) {
          throw new Error(`damage: ${JSON.stringify(found)}`);
        },
        ownerEnded() {},
        ownerStarted() {},
        hostEnded() {},
        hostStarted() {},
        stalled() {},
        struck() {},
        released() {},
        checkpointFailed() {},
        stateNotSaved(tenantId, error) {
          throw new Error(`state of ${tenantId} was not saved: ${String(error)}`);
        },
      },
    });
    world.#platform = await world.finished(opening);
    return world;
  }

  readonly #now = (): number => NOW + this.clockOffMs;

  /** A wait of a second passes with one turn of the timers, a longer one with more of them. */
  readonly #after = (delayMs: number, work: () => void): (() => void) => {
    if (!Number.isFinite(delayMs)) return () => {};
    let isTakenBack = false;
    let turnsLeft = Math.ceil(delayMs / 1000) ** 2;
    const turn = (): void => {
      if (isTakenBack) return;
      if (--turnsLeft > 0) this.turns.later("timers", turn);
      else work();
    };
    this.turns.later("timers", turn);
    return () => {
      isTakenBack = true;
    };
  };

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
    await this.turns.until(() => this.isWhole && this.turns.isIdle);
    await this.finished(this.platform.settled());
    await this.turns.until(() => this.turns.isIdle);
  }

  /** All owners and hosts run, and know each other. */
  get isWhole(): boolean {
    const { pool, hosts } = this.platform;
    const running = this.hosts.running;
    return (
      pool.isWhole &&
      running.length === HOSTS &&
      running.every((host, k) => host.pool.isWhole && hosts.isOpen(k))
    );
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
    const { pool, hosts } = this.platform;
    await this.finished(hosts.close());
    await this.finished(pool.close());
    this.turns.stop();
  }
}
