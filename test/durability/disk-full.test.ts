import { spawn, spawnSync } from "node:child_process";
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

const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
/** No file of the writer may grow beyond this until the limit is lifted. */
const FILE_BYTES_MAX = 400_000;
const ROUNDS_AFTER = 40;
const canLimit = spawnSync("prlimit", ["--version"]).status === 0;

describe("a store that cannot write any more", () => {
  it.skipIf(!canLimit && process.env.CI === undefined)(
    "says so, loses nothing that it acknowledged, and goes on when there is room again (needs prlimit)",
    async () => {
      const dir = mkdtempSync(join(tmpdir(), "foreshock-full-"));
      try {
        const { refusals, rounds } = await writeThroughFullDisk(dir);
        expect(refusals, "the writer ran into the limit").toBeGreaterThan(0);
        const damage: unknown[] = [];
        const store = PartitionStore.open(dir, { onDamage: (one) => damage.push(one) });
        const expected = pointsAfter(rounds);
        for (const { seriesId, metricName } of store.entries()) {
          const { timestampsMs, values } = store.read(seriesId, EVER);
          const found = new Map(Array.from(values, (value, i) => [timestampsMs[i]!, value]));
          const points = expected.get(metricName) ?? new Map<number, number>();
          for (const [at, value] of points) expect(found.get(at)).toBe(value);
          expected.delete(metricName);
        }
        expect([...expected.keys()], "every series is there").toEqual([]);
        expect(damage).toEqual([]);
        store.close();
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );
});

/** Lifts the limit after the third refusal, kills the writer some rounds later. */
function writeThroughFullDisk(dir: string): Promise<{ refusals: number; rounds: number }> {
  const script = join(import.meta.dirname, "writer.ts");
  const limit = `--fsize=${FILE_BYTES_MAX}:unlimited`;
  const child = spawn("prlimit", [limit, process.execPath, FROM_SOURCE, script, dir, "0"]);
  return new Promise((resolve, reject) => {
    let refusals = 0;
    let rounds = 0;
    let liftedAt = Number.POSITIVE_INFINITY;
    let errors = "";
    let rest = "";
    child.stderr.on("data", (text) => (errors += text));
    child.stdout.on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("refused")) refusals++;
        else rounds++;
      }
      if (refusals >= 3 && liftedAt === Number.POSITIVE_INFINITY) {
        liftedAt = rounds;
        spawnSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited:unlimited"]);
      }
      if (rounds > liftedAt + ROUNDS_AFTER) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`writer ended with ${code}: ${errors}`));
      else resolve({ refusals, rounds });
    });
  });
}
