import { setTimeout as sleep } from "node:timers/promises";
import { Dice } from "../../simulator/dice.ts";
import { differences, type Everything, everythingOf } from "../everything.ts";
import { LoadClient } from "../load-client.ts";
import { LoadServer, WIDE } from "../load-server.ts";
import { endMs, type Workload, workload } from "./workload.ts";
import { Writers } from "./writers.ts";

export interface KillsOptions {
  readonly seed: number;
  readonly kills: number;
  readonly historyDays: number;
  readonly advanced?: (kills: number) => void;
}

export interface KillsReport {
  readonly kills: number;
  /** Of these, how many came while a checkpoint was being made. */
  readonly killsInCheckpoint: number;
  readonly checkpoints: number;
  readonly ticks: number;
  readonly startMsLongest: number;
  /** By tenant: how much was compared. */
  readonly compared: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What differs from the run without kills; empty where all is equal. */
  readonly differences: readonly string[];
}

/** Rounds take turns: checkpoints one after another, none, and a kill in the middle of the first one. */
const KINDS = ["many", "none", "cut"] as const;

/**
 * Writers go on by themselves while the server is killed again and again, also in the middle of
 * checkpoints; then all that it says is compared with a server that got the same without a kill.
 */
export async function killsAndCalm(options: KillsOptions): Promise<KillsReport> {
  const work = workload(options.historyDays);
  const killed = serverFor(work);
  const calm = serverFor(work);
  try {
    const writers = new Writers(work);
    const rounds = await killedRounds(killed, writers, options);
    await killed.start();
    const { ticks } = writers;
    await writers.run(killed, ticks, () => false);
    await calm.start();
    await calmRun(calm, work, ticks);
    const got = await answersOf(killed, work, ticks);
    const wanted = await answersOf(calm, work, ticks);
    return { ...rounds, ticks, compared: counted(wanted), differences: compared(got, wanted) };
  } finally {
    await killed.remove();
    await calm.remove();
  }
}

function serverFor({ tenants }: Workload): LoadServer {
  return new LoadServer(tenants.map((tenant) => ({ tenant, limits: WIDE, budgetDays: 1 })));
}

async function killedRounds(server: LoadServer, writers: Writers, options: KillsOptions) {
  const { seed, kills, advanced } = options;
  const dice = new Dice(seed);
  let [killsInCheckpoint, checkpoints, startMsLongest] = [0, 0, 0];
  for (let round = 0; round < kills; round++) {
    startMsLongest = Math.max(startMsLongest, await server.start());
    if (round === 0) {
      await writers.sendHistory(server);
      await server.settle();
    }
    const kind = KINDS[round % KINDS.length]!;
    let gone = false;
    const writing = writers.run(server, Number.POSITIVE_INFINITY, () => gone);
    const saving = kind === "none" ? undefined : saves(server, () => gone);
    await sleep(dice.whole(200, 1000));
    if (kind === "cut") await saving?.begun();
    if (kind === "cut") await sleep(dice.whole(0, 30));
    gone = true;
    if (saving?.isSaving() === true) killsInCheckpoint++;
    await server.kill();
    await writing;
    checkpoints += (await saving?.done()) ?? 0;
    advanced?.(round + 1);
  }
  return { kills, killsInCheckpoint, checkpoints, startMsLongest };
}

/** One checkpoint after another until the server is gone. */
function saves(server: LoadServer, gone: () => boolean) {
  let [made, saving] = [0, false];
  let begun = Promise.withResolvers<void>();
  const ended = (async () => {
    while (!gone()) {
      saving = true;
      begun.resolve();
      try {
        await server.checkpoint();
        made++;
      } catch (error) {
        if (!gone()) throw error;
      }
      saving = false;
      begun = Promise.withResolvers<void>();
      await sleep(20);
    }
  })();
  return {
    isSaving: () => saving,
    /** The next one has begun. */
    begun: () => begun.promise,
    done: () => ended.then(() => made),
  };
}

/** The same ticks, and no kill. */
async function calmRun(server: LoadServer, work: Workload, ticks: number): Promise<void> {
  const writers = new Writers(work);
  await writers.sendHistory(server);
  await writers.run(server, ticks, () => false);
}

async function answersOf(server: LoadServer, work: Workload, ticks: number) {
  await server.settle();
  const span = { startMs: work.startMs, endMs: endMs(work, ticks), stepMs: 60_000 };
  const answers = new Map<string, Everything>();
  for (const tenant of work.tenants) {
    const client = new LoadClient(server.url, server.keys.get(tenant)!);
    answers.set(tenant, await everythingOf(client, span));
    client.end();
  }
  return answers;
}

function compared(
  got: ReadonlyMap<string, Everything>,
  wanted: ReadonlyMap<string, Everything>,
): string[] {
  return [...wanted].flatMap(([tenant, one]) =>
    differences(got.get(tenant)!, one).map((text) => `${tenant} ${text}`),
  );
}

function counted(all: ReadonlyMap<string, Everything>): KillsReport["compared"] {
  return Object.fromEntries(
    [...all].map(([tenant, one]) => [
      tenant,
      Object.fromEntries(Object.entries(one).map(([part, lines]) => [part, lines.length])),
    ]),
  );
}
