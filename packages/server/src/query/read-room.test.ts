import { describe, expect, it } from "vitest";
import { Unavailable } from "../platform/platform-errors.ts";
import { ReadRoom, SHORT_CELLS_MAX } from "./read-room.ts";

const LONG = SHORT_CELLS_MAX + 1;

describe("ReadRoom", () => {
  it("has so many reads at work at a time, first come, first served", async () => {
    const room = new ReadRoom({ atWorkMax: 2, isTight: () => false });
    const order: number[] = [];
    let [atWork, most] = [0, 0];
    const read = (k: number) =>
      room.run(LONG, async () => {
        most = Math.max(most, ++atWork);
        order.push(k);
        await new Promise((next) => setImmediate(next));
        atWork--;
      });
    await Promise.all(Array.from({ length: 20 }, (_, k) => read(k)));
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, k) => k));
  });

  it("does not let half a second of work wait for long reads, whoever has those", async () => {
    const room = new ReadRoom({ atWorkMax: 1, isTight: () => false });
    const { promise, resolve } = Promise.withResolvers<string>();
    const long = [room.run(LONG, () => promise), room.run(LONG, () => promise)];
    expect(await room.run(SHORT_CELLS_MAX, async () => "short")).toBe("short");
    resolve("long");
    expect(await Promise.all(long)).toEqual(["long", "long"]);
  });

  it("refuses while memory is short, also what has waited, and gives its places back", async () => {
    let isTight = false;
    const room = new ReadRoom({ atWorkMax: 1, isTight: () => isTight });
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = room.run(LONG, () => promise);
    const second = room.run(LONG, async () => "never");
    isTight = true;
    await expect(room.run(LONG, async () => "never")).rejects.toThrow(Unavailable);
    resolve();
    await first;
    await expect(second).rejects.toMatchObject({ code: "memory/full" });
    isTight = false;
    expect(await room.run(LONG, async () => "again")).toBe("again");
  });
});
