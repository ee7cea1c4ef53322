import {
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import type { Damage } from "./damage.ts";
import { findBrokenWal } from "./wal-frames.ts";

const COMMITS = 60;
const SERIES = 40;
const START = Date.UTC(2026, 0, 1);
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 16_384;

describe("damage inside a write-ahead file", () => {
  let place: Scratch;
  let killed: string;
  beforeEach(async () => {
    place = scratch();
    killed = join(place.dir, "killed");
    const dir = join(place.dir, "running");
    const store = PartitionStore.open(dir, UNHARMED);
    for (let s = 0; s < SERIES; s++) store.intern({ ...NAME, metricName: `m${s}`, metadata: {} });
    for (let k = 0; k < COMMITS; k++) {
      store.append(batch(k));
      store.stage();
      await store.synced();
    }
    cpSync(dir, killed, { recursive: true });
    store.close();
  });
  afterEach(() => place.remove());

  it("costs what is in the damaged page, not what was committed behind it, and says which series and times", () => {
    const frames = Math.floor((statSync(wal()).size - HEADER_BYTES) / FRAME_BYTES);
    expect(frames).toBeGreaterThan(COMMITS / 2);
    const outcomes = [];
    for (let k = 4; k < frames - 2; k += 9) outcomes.push(afterFlipIn(k, 4000));
    expect(outcomes.length).toBeGreaterThan(3);
    for (const { points, damage, kept } of outcomes) {
      expect(points).toBeGreaterThanOrEqual((COMMITS - 30) * SERIES);
      expect(damage.map(({ kind }) => kind)).toContain("write-ahead");
      expect(kept.some((name) => name.endsWith("-wal"))).toBe(true);
      const missing = COMMITS * SERIES - points;
      const told = damage.reduce(
        (sum, one) => sum + (Number.isNaN(one.points) ? 0 : one.points),
        0,
      );
      if (missing > 0) expect(damage.length).toBeGreaterThan(1);
      expect(told).toBeGreaterThanOrEqual(missing);
    }
  });

  it("is found in a header, too, and then nothing is lost", () => {
    for (const at of [0, 5, 17, 25]) {
      const { points, damage } = afterFlipAt(HEADER_BYTES + 6 * FRAME_BYTES + at);
      expect(points, `byte ${at} of a frame's head`).toBe(COMMITS * SERIES);
      expect(damage.map(({ kind }) => kind)).toEqual(["write-ahead"]);
    }
    for (const at of [18, 26]) {
      const { points, damage } = afterFlipAt(at);
      expect(points, `byte ${at} of the file's head`).toBe(COMMITS * SERIES);
      expect(damage.map(({ kind }) => kind)).toEqual(["write-ahead"]);
    }
  });

  it("is told where the end is missing, once", () => {
    truncateSync(wal(), HEADER_BYTES + 20 * FRAME_BYTES);
    const { damage } = opened();
    expect(damage).toMatchObject([{ kind: "write-ahead" }]);
    expect(damage[0]!.reason).toMatch(/lost, with points up to 2026-01-01T/);
    expect(opened().damage).toEqual([]);
  });

  it("is not seen in a sound file, nor in a torn end that nobody was told of", () => {
    expect(findBrokenWal(wal())).toBeUndefined();
    expect(opened().damage).toEqual([]);
  });

  function wal(): string {
    return join(killed, "partition.db-wal");
  }

  function afterFlipIn(frame: number, at: number) {
    return afterFlipAt(HEADER_BYTES + frame * FRAME_BYTES + at);
  }

  /** In a copy of the folder. */
  function afterFlipAt(at: number) {
    const whole = join(place.dir, "whole");
    cpSync(killed, whole, { recursive: true });
    const bytes = readFileSync(wal());
    bytes[at]! ^= 1;
    writeFileSync(wal(), bytes);
    const found = opened();
    rmSync(killed, { recursive: true });
    cpSync(whole, killed, { recursive: true });
    return found;
  }

  function opened() {
    const damage: Damage[] = [];
    const store = PartitionStore.open(killed, { onDamage: (one) => damage.push(one) });
    let points = 0;
    for (let s = 0; s < store.seriesCount; s++) points += store.read(s, EVER).values.length;
    store.close();
    return { points, damage, kept: readdirSync(killed).filter((name) => name.includes("damaged")) };
  }
});

const NAME = { tenantId: "acme", clusterId: "eu", nodeId: "n" };

function batch(k: number) {
  const seriesIds = Uint32Array.from({ length: SERIES }, (_, s) => s);
  return {
    seriesIds,
    counts: new Uint32Array(SERIES).fill(1),
    timestampsMs: new Float64Array(SERIES).fill(START + k * 1000),
    values: Float64Array.from(seriesIds, (s) => s + k / 7),
  };
}
