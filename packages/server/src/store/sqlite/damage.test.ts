import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MINUTE_MS } from "@foreshock/core/fold";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, scrubAll, UNHARMED } from "../../../testing/scratch.ts";
import { pointBatch } from "../codec/point-batch.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import type { Damage } from "./damage.ts";
import { StoreTooNew } from "./store-error.ts";

const START = Date.UTC(2026, 6, 1);
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
const SERIES = 30;
const DAYS = ["2026-07-01.db", "2026-07-02.db"];
const SEED = Number(process.env.FORESHOCK_SEED ?? 4);

describe("a partition with damaged files", () => {
  let place: Scratch;
  let dir: string;

  beforeAll(() => {
    place = scratch();
    write(place.dir);
  });
  beforeEach(() => {
    dir = place.crashed(place.dir);
  });
  afterAll(() => place.remove());

  function sql(file: string, text: string): void {
    const db = new DatabaseSync(join(dir, file));
    db.exec(text);
    db.close();
  }

  it("takes a chunk with a flipped bit out of the way and names what is lost", () => {
    sql(
      DAYS[0]!,
      "UPDATE chunk SET data = zeroblob(length(data)) WHERE series_id = 3 AND t0_ms = " +
        "(SELECT min(t0_ms) FROM chunk WHERE series_id = 3)",
    );
    const { store, damage } = open(dir);
    const { timestampsMs } = store.read(3, EVER);
    expect(damage).toMatchObject([
      { seriesId: 3, startMs: START, endMs: timestampsMs[0]! - MINUTE_MS + 1 },
    ]);
    expect(damage[0]!.points + timestampsMs.length).toBe(expectedOf(3).size);
    expect(store.read(3, EVER).timestampsMs).toEqual(timestampsMs);
    expect(damage.length).toBe(1);
    expect(differences(store, 4)).toEqual({ wrong: 0, missing: 0 });
    store.close();
  });

  it("takes chunks that are filed under another series or time for damaged", () => {
    sql(DAYS[0]!, "UPDATE chunk SET series_id = 77 WHERE series_id = 5");
    sql(DAYS[1]!, "UPDATE chunk SET t0_ms = t0_ms - 1 WHERE series_id = 6");
    const { store, damage } = open(dir);
    scrubAll(store);
    expect(new Set(damage.map((one) => one.seriesId))).toEqual(new Set([77, 6]));
    store.close();
  });

  it("goes on with the other days and with new points when a whole day file is rubbish", () => {
    writeFileSync(
      join(dir, DAYS[0]!),
      "this is no database, and it is long enough to be read as one".repeat(99),
    );
    const { store, damage } = open(dir);
    const { timestampsMs } = store.read(0, EVER);
    expect(timestampsMs[0]).toBe(START + 1440 * MINUTE_MS);
    expect(damage).toMatchObject([{ startMs: START, endMs: START + 1440 * MINUTE_MS }]);
    expect(existsSync(damage[0]!.keptAs)).toBe(true);
    const again = { seriesId: 0, timestampsMs: Float64Array.of(START), values: Float64Array.of(1) };
    store.append(pointBatch([again]));
    store.checkpoint(store.position);
    expect(store.read(0, EVER).timestampsMs[0]).toBe(START);
    store.close();
  });

  it("finds names, points and their order again when the partition's own file is gone", () => {
    writeFileSync(join(dir, "partition.db"), "rubbish".repeat(9999));
    const { store, damage } = open(dir);
    expect(damage[0]).toMatchObject({ file: join(dir, "partition.db") });
    expect(store.seriesCount).toBe(SERIES);
    for (let id = 0; id < SERIES; id++) {
      expect(store.entry(id).metricName).toBe(`m${id}`);
      const { wrong, missing } = differences(store, id);
      expect(wrong).toBe(0);
      // What was not sealed yet lay in that file alone: at most a chunk, and the log.
      expect(missing).toBeLessThanOrEqual(119 + 40);
      const { lastMs } = store.entry(id);
      const next = {
        seriesId: id,
        timestampsMs: Float64Array.of(lastMs + 1),
        values: Float64Array.of(-5),
      };
      store.append(pointBatch([next]));
      expect(store.read(id, { startMs: lastMs + 1, endMs: EVER.endMs }).values[0]).toBe(-5);
      expect(store.read(id, EVER).timestampsMs.length).toBe(store.entry(id).pointCount);
    }
    store.close();
    expect(open(dir).damage).toEqual([]);
  });

  it("keeps points whose name is lost in both places, under a name that says so", () => {
    sql("partition.db", "UPDATE series SET name = 'x' || name WHERE id = 2");
    writeFileSync(join(dir, "names.jsonl"), "");
    const { store, damage } = open(dir);
    expect(damage).toMatchObject([{ seriesId: 2 }]);
    expect(store.entry(2)).toMatchObject({ tenantId: "lost", metricName: "series-2" });
    expect(differences(store, 2)).toEqual({ wrong: 0, missing: 0 });
    store.close();
  });

  it("rebuilds the end of a series whose saved head or log record is damaged", () => {
    sql("partition.db", "UPDATE head SET data = zeroblob(length(data)) WHERE series_id = 1");
    sql(
      "partition.db",
      "UPDATE log SET data = zeroblob(length(data)) WHERE position = (SELECT max(position) FROM log)",
    );
    const { store, damage } = open(dir);
    expect(damage.map((one) => one.reason)).toMatchObject([/head/, /log record/]);
    expect(differences(store, 1).wrong).toBe(0);
    store.close();
  });

  it("opens, and loads or misses states without failing, when their pages are rubbish", () => {
    const before = open(dir).store;
    let dice = 7;
    const bytes = Uint8Array.from({ length: 4000 }, () => {
      dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
      return dice >>> 24;
    });
    before.states.save(
      Array.from({ length: SERIES }, (_, seriesId) => ({
        seriesId,
        slot: "head",
        uptoMs: 1,
        bytes,
      })),
    );
    before.close();
    const file = join(dir, "partition.db");
    const content = readFileSync(file);
    const last = content.lastIndexOf(bytes.subarray(0, 3000));
    // The head of the last page of states: its rows cannot be found any more.
    const page = last - (last % 16_384);
    content.fill(0xee, page, page + 16);
    writeFileSync(file, content);
    const { store, damage } = open(dir);
    expect(damage.length).toBeGreaterThan(0);
    const states = Array.from({ length: SERIES }, (_, id) => store.states.load(id, 9));
    expect(states.filter((state) => state !== undefined).length).toBeGreaterThan(SERIES / 2);
    expect(total(store)).toEqual({ wrong: 0, missing: 0 });
    store.close();
  });

  it(`never serves a wrong value and never loses one in silence, whatever bit flips (seed ${SEED})`, {
    timeout: 300_000,
  }, () => {
    const dice = seeded(SEED);
    const files = ["partition.db", ...DAYS];
    let noticed = 0;
    for (let trial = 0; trial < Number(process.env.FORESHOCK_FLIPS ?? 60); trial++) {
      const file = files[trial % files.length]!;
      const victim = place.crashed(place.dir);
      const what = harm(join(victim, file), dice, trial % 5 === 4);
      const note = `trial ${trial}: ${file} ${what}`;
      const opened = openOrTooNew(victim);
      if (opened === undefined) continue;
      const { store, damage } = opened;
      const first = total(store);
      scrubAll(store);
      const second = total(store);
      expect(first.wrong + second.wrong, `wrong values, ${note}`).toBe(0);
      if (second.missing > 0) expect(damage.length, `silent loss, ${note}`).toBeGreaterThan(0);
      if (damage.length > 0) noticed++;
      store.close();
    }
    expect(noticed, "some of the harm was noticed").toBeGreaterThan(5);
  });
});

/** Two and a half days of minutes of 30 series: a checkpoint, then log records, then a long run. */
function write(dir: string): void {
  const store = PartitionStore.open(dir, UNHARMED);
  for (let id = 0; id < SERIES; id++) {
    store.intern({
      tenantId: "t",
      clusterId: "c",
      nodeId: "n",
      metricName: `m${id}`,
      metadata: {},
    });
  }
  const send = (from: number, to: number, ids: number[]): void => {
    store.append(
      pointBatch(
        ids.map((seriesId) => {
          const minutes = Array.from({ length: to - from }, (_, i) => from + i);
          return {
            seriesId,
            timestampsMs: Float64Array.from(minutes, (minute) => START + minute * MINUTE_MS),
            values: Float64Array.from(minutes, (minute) => valueAt(seriesId, minute)),
          };
        }),
      ),
    );
    store.commit();
  };
  const all = Array.from({ length: SERIES }, (_, id) => id);
  send(0, 1900, all);
  store.checkpoint(store.position);
  for (let minute = 1900; minute < 1930; minute += 10) send(minute, minute + 10, all);
  send(1930, 2600, all.slice(0, 10));
  send(1930, 1940, all.slice(10));
  store.close();
}

function valueAt(id: number, minute: number): number {
  return ((id + 1) * minute) % 1000;
}

function expectedOf(id: number): Map<number, number> {
  const minutes = id < 10 ? 2600 : 1940;
  return new Map(
    Array.from({ length: minutes }, (_, minute) => [
      START + minute * MINUTE_MS,
      valueAt(id, minute),
    ]),
  );
}

function differences(store: PartitionStore, id: number): { wrong: number; missing: number } {
  const expected = expectedOf(id);
  const { timestampsMs, values } = store.read(id, EVER);
  let wrong = 0;
  timestampsMs.forEach((at, i) => {
    if (expected.get(at) !== values[i]) wrong++;
    expected.delete(at);
  });
  return { wrong, missing: expected.size };
}

function total(store: PartitionStore): { wrong: number; missing: number } {
  const sum = { wrong: 0, missing: 0 };
  const byName = new Map<string, number>();
  for (const { metricName, seriesId } of store.entries()) byName.set(metricName, seriesId);
  for (let id = 0; id < SERIES; id++) {
    const found = byName.get(`m${id}`);
    // A lost name is reported as damage; its points are checked under the number.
    const { wrong, missing } = differences(store, found ?? id);
    expect(found ?? id, "a name leads to its own series").toBe(id);
    sum.wrong += wrong;
    sum.missing += missing;
  }
  return sum;
}

function open(dir: string): { store: PartitionStore; damage: Damage[] } {
  const damage: Damage[] = [];
  return { store: PartitionStore.open(dir, { onDamage: (one) => damage.push(one) }), damage };
}

/** Undefined when the harm made a file look newer than we are: refusing it is right. */
function openOrTooNew(dir: string): ReturnType<typeof open> | undefined {
  try {
    return open(dir);
  } catch (error) {
    if (error instanceof StoreTooNew) return undefined;
    throw error;
  }
}

function harm(file: string, dice: () => number, cut: boolean): string {
  const bytes = readFileSync(file);
  const at = Math.floor(dice() * bytes.length);
  if (cut) {
    truncateSync(file, at);
    return `cut at ${at}`;
  }
  const bit = Math.floor(dice() * 8);
  bytes[at]! ^= 1 << bit;
  writeFileSync(file, bytes);
  return `bit ${bit} of byte ${at}`;
}

/** Lehmer generator, modulus 2^31 - 1 (Park and Miller, 1988). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
