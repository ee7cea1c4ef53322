import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch } from "../../testing/scratch.ts";
import { type Disk, REAL_DISK } from "../store/sqlite/disk.ts";
import { seriesIdOf } from "./partition-of.ts";
import { PartitionOwner } from "./partition-owner.ts";
import type { DamageMessage, FromWorker, OpenAnswer, Question } from "./protocol.ts";
import { nameAt } from "./stored-series.ts";

const START = Date.UTC(2026, 6, 1);
const DAYS = ["2026-07-01", "2026-07-02", "2026-07-03"];
const POINTS = (DAYS.length * DAY_MS) / (5 * MINUTE_MS);
const KEY = { tenantId: "acme", clusterId: "eu", nodeId: "n1", metricName: "cpu" };
const SERIES = { tenantId: "acme", seriesId: seriesIdOf("eu", "n1", "cpu") };
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

describe("what a partition's owner reports of its store", () => {
  let place: Scratch;
  let owner: PartitionOwner;
  let posted: FromWorker[];
  let slowMs = 0;
  let asks = 0;
  let turnSoon: () => void;

  beforeEach(async () => {
    place = scratch();
    start();
    await ask({ what: "open" });
    send(1, 0, POINTS);
    owner.turn(1e6);
    await expect.poll(() => posted.some(({ type }) => type === "durable")).toBe(true);
    await ask({ what: "begin-checkpoint", checkpoint: 1 });
    await ask({ what: "end-checkpoint", save: true });
    await ask({ what: "close" });
  });
  afterEach(async () => {
    await ask({ what: "close" });
    place.remove();
  });

  it("finds flipped bytes by the scrub, names series and range, and reads the rest", async () => {
    flipChunk(DAYS[1]!);
    await restart();
    expect(damage()).toEqual([]);
    scrubRound();
    const [found, ...more] = damage();
    expect(more).toEqual([]);
    expect(found).toMatchObject({ partition: 0, item: "chunk", ...SERIES });
    expect(found!.action).toContain("2026-07-02.db");
    const lost = found!.points!;
    expect(lost).toBe((found!.range!.endMs - 1 - found!.range!.startMs) / (5 * MINUTE_MS) + 1);
    expect((await history()).length).toBe(POINTS - lost);
    scrubRound();
    expect(damage().length).toBe(1);
  });

  it("reports what a read finds, once", async () => {
    flipChunk(DAYS[0]!);
    await restart();
    expect((await history()).length).toBeLessThan(POINTS);
    await history();
    expect(damage()).toMatchObject([{ item: "chunk", ...SERIES }]);
  });

  it("reports what opening finds, a day file and the partition's own file", async () => {
    for (const name of ["partition.db", `${DAYS[2]}.db`]) {
      const file = join(place.dir, "p0", name);
      writeFileSync(file, "rubbish".repeat(9999));
    }
    await restart();
    scrubRound();
    const items = damage().map(({ item, file }) => [item, file.split("/").at(-1)]);
    expect(items).toContainEqual(["partition-file", "partition.db"]);
    expect(items).toContainEqual(["day-file", `${DAYS[2]}.db`]);
    expect((await history()).length).toBe((POINTS * 2) / 3);
  });

  it("leaves the scrub alone while there is detection to do, and where it is off", async () => {
    flipChunk(DAYS[1]!);
    await restart();
    send(2, POINTS, POINTS + 10);
    for (let k = 0; k < 20; k++) expect(owner.scrub()).toBe(1000);
    expect(damage()).toEqual([]);
    owner.turn(1e6);
    scrubRound();
    expect(damage().length).toBe(1);
    await ask({ what: "close" });
    start(0);
    expect(owner.scrub()).toBeUndefined();
  });

  it("spreads a round evenly over the time it is given", async () => {
    await restart();
    let restMs = 0;
    for (let k = 0; k < 2 * (DAYS.length + 1); k++) restMs += owner.scrub()!;
    expect(restMs).toBeGreaterThan(0.9 * DAY_MS);
    expect(restMs).toBeLessThan(1.5 * DAY_MS);
  });

  it("reports a commit that kept its sender waiting for more than a second, and no other", async () => {
    await restart();
    send(2, POINTS, POINTS + 1);
    owner.turn(1e6);
    await expect.poll(() => posted.some(({ type }) => type === "durable")).toBe(true);
    expect(posted.some(({ type }) => type === "slow-commit")).toBe(false);
    slowMs = 1100;
    send(3, POINTS + 1, POINTS + 2);
    owner.turn(1e6);
    await expect
      .poll(() => posted.find(({ type }) => type === "slow-commit"))
      .toMatchObject({
        partition: 0,
        tookMs: expect.closeTo(1100, -3),
      });
  });

  it("drops days before an instant, and comes up again without them", async () => {
    await restart();
    const atMs = START + 2 * DAY_MS;
    expect(await ask({ what: "drop-before", atMs })).toEqual([START / DAY_MS, START / DAY_MS + 1]);
    expect((await history())[0]).toBe(atMs);
    await restart();
    expect((await history()).length).toBe(POINTS / 3);
    send(2, POINTS, POINTS + 5);
    owner.turn(1e6);
    expect((await history()).length).toBe(POINTS / 3 + 5);
    expect(damage()).toEqual([]);
  });

  function start(scrubEveryMs = DAY_MS): void {
    posted = [];
    slowMs = 0;
    const disk: Disk = {
      ...REAL_DISK,
      sync: async (handle, file) => {
        await setTimeout(slowMs);
        await REAL_DISK.sync(handle, file);
      },
    };
    const options = { dataDir: place.dir, partitions: [0], scrubEveryMs, disk };
    const wake = (): void => {
      setImmediate(() => {
        if (owner.turn(1e6)) wake();
      });
    };
    owner = new PartitionOwner(options, (_, message) => posted.push(message), wake);
    turnSoon = wake;
  }

  async function restart(): Promise<void> {
    await ask({ what: "close" });
    start();
    const { stored } = (await ask({ what: "open" })) as OpenAnswer;
    await ask({
      what: "announce",
      behind: [],
      series: stored.flatMap((one) =>
        Array.from(one.seriesIds, (_, handle) => {
          const { metadata } = nameAt(one, handle);
          return { handle, key: KEY, metadata, partition: one.partition };
        }),
      ),
    });
  }

  async function ask(question: Question): Promise<unknown> {
    const id = ++asks;
    owner.hear({ type: "ask", id, question });
    turnSoon();
    const answer = () => posted.find((one) => "id" in one && one.id === id);
    await expect.poll(answer).toBeDefined();
    const found = answer()!;
    if (found.type !== "answer") throw new Error(JSON.stringify(found));
    return found.value;
  }

  async function history(): Promise<Float64Array> {
    const answer = await ask({ what: "history", handles: [0], range: EVER });
    return (answer as [{ at: Float64Array }])[0].at;
  }

  function send(ticket: number, from: number, to: number): void {
    const points = Array.from({ length: to - from }, (_, i) => from + i);
    const part = {
      partition: 0,
      fresh: ticket === 1 ? [{ handle: 0, key: KEY, metadata: {} }] : [],
      handles: Int32Array.of(0),
      ends: Int32Array.of(points.length),
      times: Float64Array.from(points, (i) => START + i * 5 * MINUTE_MS),
      values: Float64Array.from(points, (i) => 50 + 9 * Math.sin(i / 20) + (i % 7)),
    };
    owner.hear({ type: "append", ticket, parts: [part] });
  }

  function scrubRound(): void {
    for (let k = 0; k < 4 * DAYS.length; k++) owner.scrub();
  }

  function damage(): DamageMessage[] {
    return posted.filter((message) => message.type === "damage");
  }

  /** Flips one bit of the first chunk of a day, in the file itself. */
  function flipChunk(day: string): void {
    const file = join(place.dir, "p0", `${day}.db`);
    const db = new DatabaseSync(file);
    const row = db.prepare("SELECT data FROM chunk ORDER BY t0_ms LIMIT 1").get();
    db.close();
    const bytes = readFileSync(file);
    const at = bytes.indexOf(row!.data as Uint8Array);
    expect(at, "the chunk is in one piece in the file").toBeGreaterThan(0);
    bytes[at + 20]! ^= 4;
    writeFileSync(file, bytes);
  }
});
