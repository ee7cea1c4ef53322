import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FaultyDisk } from "../../testing/faulty-disk.ts";
import { type Scratch, scratch } from "../../testing/scratch.ts";
import { PartitionOwner } from "./partition-owner.ts";
import type { FromWorker } from "./protocol.ts";

const START = Date.UTC(2026, 6, 1);
const KEY = { tenantId: "t", clusterId: "c", nodeId: "n", metricName: "m" };

/** Counts what the disk is asked. */
class CountedDisk extends FaultyDisk {
  writes = 0;
  looks = 0;

  override room(): { freeBytes: number; totalBytes: number } {
    this.looks++;
    return super.room();
  }

  override writing(file: string): void {
    this.writes++;
    super.writing(file);
  }
}

describe("writes of a partition", () => {
  let place: Scratch;
  let disk: CountedDisk;
  let owner: PartitionOwner;
  let posted: FromWorker[];
  let points = 0;

  beforeEach(() => {
    place = scratch();
    disk = new CountedDisk();
    posted = [];
    points = 0;
    owner = new PartitionOwner(
      { dataDir: place.dir, partitions: [0], scrubEveryMs: 0, disk },
      (_, message) => posted.push(message),
    );
  });
  afterEach(async () => {
    owner.hear({ type: "ask", id: 1, question: { what: "close" } });
    while (owner.turn(10_000));
    await expect.poll(() => posted.some(({ type }) => type === "answer")).toBe(true);
    place.remove();
  });

  it("wait a turn for more while there is detection to do", async () => {
    append(1, 6000);
    owner.turn(1000);
    await answered(1);
    const before = disk.writes;
    append(2, 1);
    expect(owner.turn(1000)).toBe(true);
    append(3, 1);
    expect(owner.turn(1000)).toBe(true);
    await answered(3);
    expect(disk.writes - before).toBe(1);
  });

  it("wait for nothing where there is nothing else to do", async () => {
    append(1, 10);
    while (owner.turn(1000));
    await answered(1);
    const before = disk.writes;
    append(2, 1);
    while (owner.turn(1000));
    await answered(2);
    expect(disk.writes - before).toBe(1);
  });

  it("are begun in the turn that does what is left", async () => {
    append(1, 1500);
    owner.turn(1000);
    await answered(1);
    append(2, 1);
    // The rest is folded in this turn; nobody would call for another one.
    owner.turn(10_000);
    await answered(2);
  });

  it("ask the disk for room once, however many batches they hold", async () => {
    append(1, 10);
    while (owner.turn(1000));
    await answered(1);
    const before = disk.looks;
    for (let ticket = 2; ticket <= 20; ticket++) append(ticket, 1);
    while (owner.turn(1000));
    await answered(20);
    expect(disk.looks - before).toBe(1);
  });

  function append(ticket: number, count: number): void {
    const times = Float64Array.from({ length: count }, (_, i) => START + 60_000 * (points + i));
    points += count;
    const fresh = ticket === 1 ? [{ handle: 1, key: KEY, metadata: {} }] : [];
    const columns = { handles: Int32Array.of(1), ends: Int32Array.of(count), times };
    const values = times.map((_, i) => i % 7);
    owner.hear({
      type: "append",
      ticket,
      parts: [{ partition: 0, fresh, ...columns, values }],
    });
  }

  async function answered(count: number): Promise<void> {
    const durable = () => posted.filter(({ type }) => type === "durable").length;
    await expect.poll(durable, { timeout: 2000 }).toBe(count);
  }
});
