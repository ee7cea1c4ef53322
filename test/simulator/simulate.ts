import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Dice } from "./dice.ts";
import { resultsOf } from "./results.ts";
import {
  batchFor,
  SENDERS,
  type Sender,
  STEP_MS,
  TENANTS,
  type Tenant,
  ticksOf,
} from "./workload.ts";
import { World } from "./world.ts";

/** No sender is further ahead of the slowest one: late points stay inside the horizon of two hours. */
const AHEAD_MAX = 15;
const STEPS_MAX = 4000;

/** What happened in a run, so that a test can demand that its faults fired. */
export interface Fired {
  kills: number;
  powerCuts: number;
  deadOwners: number;
  deadHosts: number;
  refusedWrites: number;
  doubled: number;
  late: number;
  clockJumps: number;
  failedCheckpoints: number;
  checkpoints: number;
}

export function nothingFired(): Fired {
  return {
    kills: 0,
    powerCuts: 0,
    deadOwners: 0,
    deadHosts: 0,
    refusedWrites: 0,
    doubled: 0,
    late: 0,
    clockJumps: 0,
    failedCheckpoints: 0,
    checkpoints: 0,
  };
}

interface Progress {
  readonly sender: Sender;
  /** Acknowledged ticks are those before it, without the ones that are held back. */
  next: number;
  /** Ticks that come late, after `next` has passed them. */
  held: number[];
  sending: boolean;
}

/** One seeded run: senders, faults and restarts in an order that the seed decides. */
export class Simulation {
  readonly fired = nothingFired();
  /** Kinds of faults that are left out, to find which one matters. */
  readonly off: ReadonlySet<string>;
  readonly #folder: string;
  readonly #dice: Dice;
  readonly #senders: Progress[];
  #lives = 0;
  #isCut = false;
  #world!: World;

  constructor(folder: string, seed: number, off: readonly string[] = []) {
    this.off = new Set(off);
    this.#folder = folder;
    this.#dice = new Dice(seed);
    this.#senders = SENDERS.map((sender) => ({ sender, next: 0, held: [], sending: false }));
  }

  /** Results of all tenants after all that was sent has been acknowledged and folded. */
  async run(): Promise<Map<Tenant, Record<string, string>>> {
    this.#world = await World.open(this.#nextFolder(), this.#dice.whole(0, 2 ** 31));
    for (let step = 0; !this.#isDone(); step++) {
      if (step > STEPS_MAX) throw new Error("the run does not come to its end");
      // Near the end of its patience the world is kind, so that every run ends.
      await this.#step(step < STEPS_MAX / 2);
    }
    this.#calm();
    await this.#world.settle();
    const results = new Map<Tenant, Record<string, string>>();
    for (const tenant of TENANTS) results.set(tenant, await resultsOf(this.#world, tenant));
    await this.#world.close();
    return results;
  }

  #isDone(): boolean {
    return this.#senders.every(
      ({ sender, next, held, sending }) => !sending && held.length === 0 && next >= ticksOf(sender),
    );
  }

  async #step(faults: boolean): Promise<void> {
    const dice = this.#dice;
    const world = this.#world;
    if (dice.chance(0.45)) this.#send(dice.of(this.#senders));
    await world.turns.run(dice.whole(0, 16));
    if (this.#happens("checkpoint", 0.04)) this.#checkpoint();
    if (!faults) return this.#calm();
    if (this.#happens("double", 0.02)) this.#double(dice.of(this.#senders));
    if (this.#happens("full", 0.015)) world.disk.isFull = !world.disk.isFull;
    if (this.#happens("slow", 0.02)) {
      if (world.disk.isSlow) world.disk.hurry();
      else world.disk.isSlow = true;
    }
    if (this.#happens("clock", 0.01)) this.#jump();
    if (this.#happens("owner", 0.004)) await this.#killOwner();
    if (this.#happens("host", 0.004)) await this.#killHost();
    if (this.#happens("kill", 0.0025)) await this.#cut("kill");
    if (this.#happens("power", 0.0025)) await this.#cut("power");
  }

  #happens(kind: string, chance: number): boolean {
    return this.#dice.chance(chance) && !this.off.has(kind);
  }

  #send(progress: Progress): void {
    const { sender, held } = progress;
    if (progress.sending) return;
    const slowest = Math.min(
      ...this.#senders
        .filter(({ sender: other }) => other.tenant === sender.tenant)
        .map((other) => Math.min(other.next, ...other.held)),
    );
    const late = held.length > 0 && this.#dice.chance(0.5);
    const count = this.#dice.whole(1, 15);
    const end = Math.min(progress.next + count, slowest + AHEAD_MAX, ticksOf(sender));
    const fresh = Array.from(
      { length: Math.max(0, end - progress.next) },
      (_, i) => i + progress.next,
    );
    const ticks = late ? held.slice() : fresh;
    if (ticks.length === 0) return;
    const back = !late && ticks.length > 3 && this.#happens("late", 0.15) ? ticks.splice(1, 1) : [];
    progress.sending = true;
    const world = this.#world;
    this.#ingest(sender, ticks).then(
      () => {
        progress.sending = false;
        if (late) {
          progress.held = [];
          this.fired.late++;
        } else {
          progress.next = end;
          progress.held.push(...back);
        }
      },
      () => {
        // Not acknowledged: the sender sends it again. After a cut it has begun to already.
        if (world === this.#world && !this.#isCut) progress.sending = false;
      },
    );
  }

  /** A sender that did not hear the answer sends what is stored once more. */
  #double({ sender, next }: Progress): void {
    if (next === 0) return;
    const from = Math.max(0, next - this.#dice.whole(1, 20));
    const ticks = Array.from({ length: next - from }, (_, i) => from + i);
    this.#ingest(sender, ticks).then(
      () => {
        this.fired.doubled++;
      },
      () => {},
    );
  }

  async #ingest(sender: Sender, ticks: readonly number[]): Promise<void> {
    const world = this.#world;
    const view = world.platform.forTenant(sender.tenant);
    const report = await view.ingest(batchFor(sender, ticks));
    // What a server says after the copy was taken was never heard.
    if (world !== this.#world || this.#isCut) return new Promise(() => {});
    if (report.rejectedPoints > 0) throw new Error(`rejected: ${JSON.stringify(report.rejected)}`);
  }

  #checkpoint(): void {
    this.#world.platform.checkpoint().then(
      () => {
        this.fired.checkpoints++;
      },
      () => {
        this.fired.failedCheckpoints++;
      },
    );
  }

  #jump(): void {
    // Back at most a little: points of "now" stay within the ten minutes that are taken.
    this.#world.clockOffMs = this.#dice.whole(0, 120) * STEP_MS;
    this.fired.clockJumps++;
  }

  async #killOwner(): Promise<void> {
    const { owners, disk } = this.#world;
    if (owners.lanes.length === 0 || disk.isFull) return;
    disk.hurry();
    await this.#world.finished(owners.kill(this.#dice.of(owners.lanes)));
    this.fired.deadOwners++;
  }

  async #killHost(): Promise<void> {
    const { hosts } = this.#world;
    if (hosts.clients.length === 0) return;
    await this.#world.finished(hosts.kill(this.#dice.of(hosts.clients)));
    this.fired.deadHosts++;
  }

  async #cut(how: "kill" | "power"): Promise<void> {
    this.fired.refusedWrites += this.#world.disk.refusals;
    const to = this.#nextFolder();
    this.#isCut = true;
    await this.#world.cut(to, how);
    if (how === "kill") this.fired.kills++;
    else this.fired.powerCuts++;
    for (const progress of this.#senders) progress.sending = false;
    this.#world = await World.open(to, this.#dice.whole(0, 2 ** 31));
    this.#isCut = false;
  }

  #calm(): void {
    this.#world.disk.isFull = false;
    this.#world.disk.hurry();
  }

  #nextFolder(): string {
    return join(this.#folder, `life-${this.#lives++}`);
  }
}

/** What one tenant's results are when nothing goes wrong and nobody else is there. */
export async function calmResults(folder: string, tenant: Tenant): Promise<Record<string, string>> {
  const world = await World.open(join(folder, `calm-${tenant}`), 1);
  const senders = SENDERS.filter((sender) => sender.tenant === tenant);
  for (let tick = 0; tick < Math.max(...senders.map(ticksOf)); tick += 10) {
    for (const sender of senders) {
      const ticks = Array.from({ length: Math.min(10, ticksOf(sender)) }, (_, i) => tick + i);
      await world.finished(world.platform.forTenant(tenant).ingest(batchFor(sender, ticks)));
    }
    await world.settle();
  }
  const results = await resultsOf(world, tenant);
  await world.close();
  return results;
}

/** A folder for simulations, in memory where the machine has such a place. */
export function simulationFolder(parent: string): { readonly dir: string; remove(): void } {
  mkdirSync(parent, { recursive: true });
  const dir = mkdtempSync(join(parent, "foreshock-simulation-"));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
