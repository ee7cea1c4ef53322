import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch } from "../../testing/scratch.ts";
import { PartitionOwner } from "./partition-owner.ts";
import type { AppendPart, FromWorker } from "./protocol.ts";

const START = Date.UTC(2026, 6, 1);
const PARTITIONS = [0, 1, 2];
/** Linux: every write to it fails with ENOSPC. */
const FULL_DISK = "/dev/full";

describe.skipIf(!existsSync(FULL_DISK) && process.env.CI === undefined)(
  "group commit, in the real owner, on a full disk",
  () => {
    let place: Scratch;
    let owner: PartitionOwner;
    let posted: FromWorker[];

    beforeEach(() => {
      place = scratch();
      for (const partition of PARTITIONS) {
        const dir = join(place.dir, `p${partition}`);
        mkdirSync(dir, { recursive: true });
        symlinkSync(FULL_DISK, join(dir, "names.jsonl"));
      }
      posted = [];
      owner = new PartitionOwner(
        { dataDir: place.dir, partitions: PARTITIONS, scrubEveryMs: 0 },
        (_, message) => posted.push(message),
      );
    });
    afterEach(() => place.remove());

    it("refuses each batch once, and goes on when there is room again", async () => {
      append(1, PARTITIONS);
      append(2, [0, 1]);
      owner.turn(1000);
      await answered(2);
      expect(outcomes().sort()).toEqual([
        [1, "failed"],
        [2, "failed"],
      ]);
      const failures = posted.filter((message) => message.type === "failed");
      for (const failure of failures) expect(JSON.stringify(failure)).toContain("no room to write");

      for (const partition of PARTITIONS) rmSync(join(place.dir, `p${partition}`, "names.jsonl"));
      append(3, PARTITIONS);
      owner.turn(1000);
      await answered(3);
      expect(outcomes()[2]).toEqual([3, "durable"]);
      owner.hear({ type: "ask", id: 1, question: { what: "close" } });
      await expect.poll(() => posted.some(({ type }) => type === "answer")).toBe(true);
    });

    function append(ticket: number, partitions: readonly number[]): void {
      owner.hear({ type: "append", ticket, parts: partitions.map((at) => partOf(ticket, at)) });
    }

    function outcomes(): (readonly [number, string])[] {
      return posted.flatMap((message) =>
        message.type === "durable" || message.type === "failed"
          ? [[message.ticket, message.type] as const]
          : [],
      );
    }

    async function answered(count: number): Promise<void> {
      await expect.poll(() => outcomes().length, { timeout: 2000 }).toBe(count);
    }
  },
);

/** One point of one series, whose handle is the number of its partition. */
function partOf(ticket: number, partition: number): AppendPart {
  const key = { tenantId: "t", clusterId: "c", nodeId: "n", metricName: `m${partition}` };
  return {
    partition,
    fresh: ticket === 1 ? [{ handle: partition, key, metadata: {} }] : [],
    handles: Int32Array.of(partition),
    ends: Int32Array.of(1),
    times: Float64Array.of(START + ticket * 60_000),
    values: Float64Array.of(ticket),
  };
}
