import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FROM_SOURCE } from "../tooling/from-source.ts";
import { pointsAfter } from "./workload.ts";

const STORE = new URL("../../packages/server/src/store/", import.meta.url);
type StoreModule = typeof import("../../packages/server/src/store/partition/partition-store.ts");
const { PartitionStore }: StoreModule = await import(
  new URL("partition/partition-store.ts", STORE).href
);

/** Kills in the gate; FORESHOCK_KILLS raises it for a long run. */
const KILLS = Number(process.env.FORESHOCK_KILLS ?? 6);
const SEED = Number(process.env.FORESHOCK_SEED ?? 20_260_601);
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

describe("a store whose writer is killed with signal 9", () => {
  it(`has every acknowledged point once, and no half of a commit (${KILLS} kills, seed ${SEED})`, {
    timeout: 60_000 + KILLS * 10_000,
  }, async () => {
    const dir = mkdtempSync(join(tmpdir(), "foreshock-kill-"));
    const dice = seeded(SEED);
    let rounds = 0;
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const acknowledged = await writeUntilKilled(
          dir,
          rounds,
          5 + Math.floor(dice() * 60),
          dice(),
        );
        expect(acknowledged, "the writer got somewhere before it was killed").toBeGreaterThan(
          rounds,
        );
        rounds = roundsFound(dir, acknowledged);
      }
      expect(rounds).toBeGreaterThan(KILLS * 5);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

/** Lets a writer go on from `first`, kills it a moment after `more` rounds; rounds acknowledged. */
function writeUntilKilled(
  dir: string,
  first: number,
  more: number,
  moment: number,
): Promise<number> {
  const script = join(import.meta.dirname, "writer.ts");
  const child = spawn(process.execPath, [FROM_SOURCE, script, dir, String(first)]);
  return new Promise((resolve, reject) => {
    let out = "";
    let errors = "";
    let dying = false;
    child.stderr.on("data", (text) => (errors += text));
    child.stdout.on("data", (text) => {
      out += text;
      if (dying || out.split("\n").length <= more) return;
      dying = true;
      setTimeout(() => child.kill("SIGKILL"), moment * 20);
    });
    child.on("exit", (code, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`writer ended with ${code}: ${errors}`));
      else resolve(first + out.split("\n").length - 1);
    });
  });
}

/**
 * Compares the store with what must be in it: all acknowledged rounds, and of the one that was
 * under way all or nothing. Gives the number of rounds that are in it.
 */
function roundsFound(dir: string, acknowledged: number): number {
  const damage: unknown[] = [];
  const store = PartitionStore.open(dir, { onDamage: (one) => damage.push(one) });
  try {
    const found = new Map<string, Map<number, number>>();
    for (const { seriesId, metricName, pointCount } of store.entries()) {
      const { timestampsMs, values } = store.read(seriesId, EVER);
      expect(timestampsMs.length, `${metricName} counts its points`).toBe(pointCount);
      expect(new Set(timestampsMs).size, `${metricName} has every instant once`).toBe(pointCount);
      const pairs = Array.from(values, (value, i): [number, number] => [timestampsMs[i]!, value]);
      if (pairs.length > 0) found.set(metricName, new Map(pairs));
    }
    expect(damage).toEqual([]);
    const whole = same(found, pointsAfter(acknowledged)) ? acknowledged : acknowledged + 1;
    expect(same(found, pointsAfter(whole)), `rounds 0 to ${acknowledged - 1} are there`).toBe(true);
    return whole;
  } finally {
    store.close();
  }
}

function same(a: Map<string, Map<number, number>>, b: Map<string, Map<number, number>>): boolean {
  if (a.size !== b.size) return false;
  for (const [series, points] of a) {
    const others = b.get(series);
    if (others?.size !== points.size) return false;
    for (const [at, value] of points) if (others.get(at) !== value) return false;
  }
  return true;
}

/** Lehmer generator, modulus 2^31 - 1 (Park and Miller, 1988). */
function seeded(seed: number): () => number {
  let state = seed % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
