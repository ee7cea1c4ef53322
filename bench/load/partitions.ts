import { mkdirSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { DAY_MS, type SeriesKey } from "@foreshock/core/fold";

// Not static imports: a path into another package's sources cannot be rewritten on emit.
const PARTITION = new URL("../../packages/server/src/partition/", import.meta.url);
type OwnerModule = typeof import("../../packages/server/src/partition/partition-owner.ts");
type PlacesModule = typeof import("../../packages/server/src/partition/partition-of.ts");
type StoredModule = typeof import("../../packages/server/src/partition/stored-series.ts");
type ProtocolModule = typeof import("../../packages/server/src/partition/protocol.ts");
type Owner = import("../../packages/server/src/partition/partition-owner.ts").PartitionOwner;
type FromWorker = import("../../packages/server/src/partition/protocol.ts").FromWorker;
type Question = import("../../packages/server/src/partition/protocol.ts").Question;
type OpenAnswer = import("../../packages/server/src/partition/protocol.ts").OpenAnswer;
const { PartitionOwner }: OwnerModule = await import(new URL("partition-owner.ts", PARTITION).href);
const { nameAt }: StoredModule = await import(new URL("stored-series.ts", PARTITION).href);
const protocol: ProtocolModule = await import(new URL("protocol.ts", PARTITION).href);
const { LATEST, LATEST_LENGTH } = protocol;
const { partitionOf }: PlacesModule = await import(new URL("partition-of.ts", PARTITION).href);

/** Usage: `node bench/load/partitions.ts fill|late|start DIR ...` with the condition of the sources. */
const USAGE =
  "partitions.ts fill DIR SERIES POINTS STEP_MS [clean|kill], or partitions.ts start DIR [LATE]";

const START = Date.UTC(2026, 0, 1);
const PARTITIONS = 8;
const METRICS_PER_NODE = 50;
const SLICE_POINTS = 8000;
/** Steps of all series in one batch: a body of a fleet that is scraped, or of a backfill. */
const BATCH_POINTS = 100_000;
/** Between two checkpoints at least this many points: about a minute of a full server. */
const CHECKPOINT_POINTS = 10_000_000;

/** An owner of all partitions in this thread, asked as the server asks it. */
class Asked {
  readonly owner: Owner;
  readonly #answers = new Map<number, (message: FromWorker) => void>();
  #asks = 0;
  #tickets = 0;
  durable = 0;
  scored = 0;
  newestMs = 0;
  /** The longest turn in CPU time: what mail may have to wait on a machine of one's own. */
  longestMs = 0;

  constructor(dataDir: string) {
    const partitions = Array.from({ length: PARTITIONS }, (_, p) => p);
    this.owner = new PartitionOwner({ dataDir, partitions, scrubEveryMs: 0 }, (_, message) => {
      if (message.type === "durable") this.durable++;
      else if (message.type === "scored") this.#scored(message);
      else if ("id" in message) this.#answers.get(message.id)?.(message);
      else process.stdout.write(`${JSON.stringify(message)}\n`);
    });
  }

  #scored({ times, latest }: Extract<FromWorker, { type: "scored" }>): void {
    this.scored += times.length;
    for (let at: number = LATEST.atMs; at < latest.length; at += LATEST_LENGTH) {
      this.newestMs = Math.max(this.newestMs, latest[at]!);
    }
  }

  async ask<Q extends Question>(question: Q): Promise<unknown> {
    const id = ++this.#asks;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#answers.set(id, (message) => {
        if (message.type === "answer") resolve(message.value);
        else reject(new Error(JSON.stringify(message)));
      });
    });
    this.owner.hear({ type: "ask", id, question });
    let settled = false;
    const stop = (): void => {
      settled = true;
    };
    answer.then(stop, stop);
    while (!settled) await this.#turn();
    return answer;
  }

  /** Sends the same times to these series and waits until they are durable and scored. */
  async send(series: readonly Known[], times: Float64Array, fresh: boolean): Promise<void> {
    const parts = [...Map.groupBy(series, ({ partition }) => partition)].map(([partition, own]) => {
      const points = own.length * times.length;
      const part = {
        partition,
        fresh: fresh ? own.map(({ handle, key }) => ({ handle, key, metadata: {} })) : [],
        handles: Int32Array.from(own, ({ handle }) => handle),
        ends: Int32Array.from(own, (_, i) => (i + 1) * times.length),
        times: new Float64Array(points),
        values: new Float64Array(points),
      };
      own.forEach(({ handle }, i) => {
        part.times.set(times, i * times.length);
        for (let k = 0; k < times.length; k++) {
          part.values[i * times.length + k] = valueAt(handle, times[k]!);
        }
      });
      return part;
    });
    this.owner.hear({ type: "append", ticket: ++this.#tickets, parts });
    while ((await this.#turn()) || this.durable < this.#tickets);
  }

  async #turn(): Promise<boolean> {
    const began = process.cpuUsage();
    const isMore = this.owner.turn(SLICE_POINTS);
    const { user, system } = process.cpuUsage(began);
    this.longestMs = Math.max(this.longestMs, (user + system) / 1000);
    await setImmediate();
    return isMore;
  }

  async checkpoint(isLast = false): Promise<unknown> {
    await this.ask({ what: "begin-checkpoint", checkpoint: 1 });
    return this.ask({ what: "end-checkpoint", save: true, isLast });
  }
}

interface Known {
  readonly handle: number;
  readonly partition: number;
  readonly key: SeriesKey;
}

function seriesOf(count: number): Known[] {
  return Array.from({ length: count }, (_, handle) => {
    const nodeId = `n${Math.floor(handle / METRICS_PER_NODE)}`;
    const key = {
      tenantId: "acme",
      clusterId: "eu",
      nodeId,
      metricName: `m${handle % METRICS_PER_NODE}`,
    };
    return { handle, key, partition: partitionOf("acme", "eu", nodeId, PARTITIONS) };
  });
}

/** A daily course and noise, to two decimals, as gauges come. */
function valueAt(handle: number, atMs: number): number {
  let h = Math.imul(handle * 7919 + Math.floor(atMs / 1000), 0x9e3779b1) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  const noise = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  const daily = 10 * Math.sin((2 * Math.PI * atMs) / DAY_MS + handle);
  return Math.round(100 * (50 + daily + 4 * noise)) / 100;
}

async function fill(dir: string, count: number, points: number, stepMs: number, ending: string) {
  mkdirSync(dir, { recursive: true });
  const asked = new Asked(dir);
  await asked.ask({ what: "open" });
  await asked.ask({ what: "announce", series: [], behind: [] });
  const series = seriesOf(count);
  const perBatch = Math.max(1, Math.floor(BATCH_POINTS / count));
  let sinceCheckpoint = 0;
  for (let from = 0; from < points; from += perBatch) {
    const length = Math.min(perBatch, points - from);
    const times = Float64Array.from({ length }, (_, i) => START + (from + i) * stepMs);
    await asked.send(series, times, from === 0);
    sinceCheckpoint += length * count;
    if (sinceCheckpoint < CHECKPOINT_POINTS) continue;
    sinceCheckpoint = 0;
    await timed("checkpoint", () => asked.checkpoint());
  }
  if (ending === "clean") {
    await timed("last checkpoint", () => asked.checkpoint(true));
    await timed("close", () => asked.ask({ what: "close" }));
  }
  report(`filled, longest turn ${Math.round(asked.longestMs)} ms`);
  end();
}

async function start(dir: string, late: number) {
  const began = performance.now();
  const asked = await timed("open files", async () => new Asked(dir));
  const { stored } = (await timed("open", () => asked.ask({ what: "open" }))) as OpenAnswer;
  const known = stored
    .flatMap((one) => Array.from(one.seriesIds, (_, k) => [one.partition, nameAt(one, k)] as const))
    .map(([partition, { metadata, ...key }], handle) => ({ handle, partition, key, metadata }));
  await timed("announce", () => asked.ask({ what: "announce", series: known, behind: [] }));
  report(`ready after ${Math.round(performance.now() - began)} ms, ${asked.scored} points sent`);
  const newest = asked.newestMs;
  for (let k = 1; k <= late; k++) {
    const times = Float64Array.of(newest - k * 1000 - 1);
    await timed("a late point", () => asked.send(known.slice(0, 1), times, false));
  }
  report(`end, longest turn ${Math.round(asked.longestMs)} ms`);
  end();
}

/** As a kill would: nothing is saved on the way. */
function end(): void {
  if (process.execArgv.includes("--cpu-prof")) process.exit(0);
  process.kill(process.pid, "SIGKILL");
}

async function timed<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const began = process.cpuUsage();
  const beganMs = performance.now();
  const value = await work();
  const { user, system } = process.cpuUsage(began);
  const facts = what.includes("checkpoint") ? JSON.stringify(value) : "";
  const tookMs = Math.round(performance.now() - beganMs);
  process.stdout.write(
    `${what}: ${Math.round((user + system) / 1000)} ms CPU, ${tookMs} ms ${facts}\n`,
  );
  return value;
}

function report(what: string): void {
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const mb = Math.round(process.memoryUsage.rss() / 2 ** 20);
  process.stdout.write(`${what}: ${mb} MB resident, ${peakMb} MB at most\n`);
}

const [what, dir, ...rest] = process.argv.slice(2);
if (what === "fill" && dir !== undefined && rest.length >= 3) {
  const [count, points, stepMs] = rest.slice(0, 3).map(Number) as [number, number, number];
  await fill(dir, count, points, stepMs, rest[3] ?? "kill");
} else if (what === "start" && dir !== undefined) await start(dir, Number(rest[0] ?? 0));
else process.stdout.write(`${USAGE}\n`);
