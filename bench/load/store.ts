import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";

// Not a static import: a path into another package's sources cannot be rewritten on emit.
const STORE = new URL(
  "../../packages/server/src/store/partition/partition-store.ts",
  import.meta.url,
).href;
type StoreModule = typeof import("../../packages/server/src/store/partition/partition-store.ts");
const { PartitionStore }: StoreModule = await import(STORE);
type Store = import("../../packages/server/src/store/partition/partition-store.ts").PartitionStore;

/** What one way of writing into one partition costs. */
export interface StoreFigures {
  readonly name: string;
  readonly series: number;
  readonly points: number;
  /** Append, commit (with fsync) and checkpoint together. */
  readonly pointsPerCpuSecond: number;
  readonly pointsPerSecond: number;
  /** Files after closing, over all points. */
  readonly bytesPerPoint: number;
  /** Heap and array buffers after garbage collection, over all series. */
  readonly memoryBytesPerSeries: number;
  readonly slowestCommitMs: number;
  readonly slowestCheckpointMs: number;
  /** One series over all its points, and over its newest day; mean of 200. */
  readonly readAllMs: number;
  readonly readDayMs: number;
  readonly reopenMs: number;
}

const START = Date.UTC(2026, 0, 1);
/** Batches between two checkpoints: an hour of a fleet that is scraped every minute. */
const CHECKPOINT_BATCHES = 60;
const BACKFILL_SERIES_PER_BATCH = 500;
const READS = 200;

/** 10,000 series, one point of each per batch, 1,000 batches: a fleet that is scraped. */
function measureLive(series = 10_000, batches = 1000): StoreFigures {
  const seriesIds = Uint32Array.from({ length: series }, (_, i) => i);
  const counts = new Uint32Array(series).fill(1);
  return measure("scrape", series, MINUTE_MS, function* (value) {
    for (let b = 0; b < batches; b++) {
      const timestampsMs = new Float64Array(series).fill(START + b * MINUTE_MS);
      const values = Float64Array.from(seriesIds, () => value(b));
      yield { seriesIds, counts, timestampsMs, values };
    }
  });
}

/** 28 days of 5-minute points of 3,000 series, one day of 500 series per batch: history first. */
function measureBackfill(series = 3000, days = 28): StoreFigures {
  const stepMs = 5 * MINUTE_MS;
  const perDay = DAY_MS / stepMs;
  return measure("backfill", series, stepMs, function* (value) {
    for (let day = 0; day < days; day++) {
      for (let first = 0; first < series; first += BACKFILL_SERIES_PER_BATCH) {
        const count = Math.min(BACKFILL_SERIES_PER_BATCH, series - first);
        const timestampsMs = Float64Array.from({ length: count * perDay }, (_, i) => {
          return START + day * DAY_MS + (i % perDay) * stepMs;
        });
        yield {
          seriesIds: Uint32Array.from({ length: count }, (_, i) => first + i),
          counts: new Uint32Array(count).fill(perDay),
          timestampsMs,
          values: timestampsMs.map((_, i) => value(day * perDay + (i % perDay))),
        };
      }
    }
  });
}

/** Both, smallest first. About half a minute. */
export function measureStore(): StoreFigures[] {
  return [measureBackfill(), measureLive()];
}

type Batches = (value: (i: number) => number) => Iterable<Parameters<Store["append"]>[0]>;

function measure(name: string, series: number, stepMs: number, batches: Batches): StoreFigures {
  const dir = mkdtempSync(join(tmpdir(), "foreshock-bench-"));
  try {
    const before = memoryBytes();
    const store = PartitionStore.open(dir, UNHARMED);
    internAll(store, series);
    const { points, ...written } = writeFigures(store, batches(dailyWave(stepMs)));
    const reads = readFigures(store, series);
    const memoryBytesPerSeries = (memoryBytes() - before) / series;
    store.close();
    const bytesPerPoint = folderBytes(dir) / points;
    const reopenMs = new Stopwatch().time(() => PartitionStore.open(dir, UNHARMED).close());
    return {
      ...{ name, series, points, ...written, bytesPerPoint },
      ...{ memoryBytesPerSeries, ...reads, reopenMs },
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const UNHARMED = {
  onDamage: (damage: unknown) => {
    throw new Error(`damage: ${JSON.stringify(damage)}`);
  },
};

function writeFigures(store: Store, batches: ReturnType<Batches>) {
  const work = new Stopwatch();
  let points = 0;
  let slowestCommitMs = 0;
  let slowestCheckpointMs = 0;
  let batchCount = 0;
  for (const batch of batches) {
    points += batch.values.length;
    const commitMs = work.time(() => {
      store.append(batch);
      store.commit();
    });
    slowestCommitMs = Math.max(slowestCommitMs, commitMs);
    if (++batchCount % CHECKPOINT_BATCHES !== 0) continue;
    const checkpointMs = work.time(() => store.checkpoint(store.position));
    slowestCheckpointMs = Math.max(slowestCheckpointMs, checkpointMs);
  }
  work.time(() => store.checkpoint(store.position));
  const pointsPerCpuSecond = points / work.cpuSeconds;
  const pointsPerSecond = points / work.seconds;
  return { points, pointsPerCpuSecond, pointsPerSecond, slowestCommitMs, slowestCheckpointMs };
}

function internAll(store: Store, series: number): void {
  for (let i = 0; i < series; i++) {
    store.intern({
      tenantId: "bench",
      clusterId: `cluster-${i % 10}`,
      nodeId: `node-${Math.floor(i / 12)}`,
      metricName: `metric_${i % 12}`,
      metadata: {},
    });
  }
}

/** 50 + 20 sin(day) + noise, two decimals: what a percentage or a latency looks like. */
function dailyWave(stepMs: number): (i: number) => number {
  let state = 1;
  const dice = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return (i) => {
    const noise = 2 * (dice() + dice() + dice() - 1.5);
    const level = 50 + 20 * Math.sin((2 * Math.PI * i * stepMs) / DAY_MS);
    return Math.round((level + noise) * 100) / 100;
  };
}

function readFigures(
  store: Store,
  series: number,
): {
  readAllMs: number;
  readDayMs: number;
} {
  const someSeries = Array.from({ length: READS }, (_, i) => (i * 7919) % series);
  const watch = new Stopwatch();
  const ever = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
  const all = watch.time(() => someSeries.forEach((id) => void store.read(id, ever)));
  const { lastMs } = store.entry(0);
  const newestDay = { startMs: lastMs - DAY_MS, endMs: lastMs + 1 };
  const day = watch.time(() => someSeries.forEach((id) => void store.read(id, newestDay)));
  return { readAllMs: all / READS, readDayMs: day / READS };
}

class Stopwatch {
  cpuSeconds = 0;
  seconds = 0;

  /** Runs `work`; its wall time in milliseconds. */
  time(work: () => void): number {
    const cpu = process.cpuUsage();
    const startMs = performance.now();
    work();
    const tookMs = performance.now() - startMs;
    const { user, system } = process.cpuUsage(cpu);
    this.cpuSeconds += (user + system) / 1e6;
    this.seconds += tookMs / 1000;
    return tookMs;
  }
}

function memoryBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function folderBytes(dir: string): number {
  return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
}

if (import.meta.main) {
  for (const figures of measureStore()) console.log(JSON.stringify(figures, null, 2));
}
