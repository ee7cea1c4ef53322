import { describe, expect, it } from "vitest";
import { Unavailable } from "../platform/platform-errors.ts";
import { ReadRoom } from "./read-room.ts";

describe("ReadRoom", () => {
  it("has so many reads at work at a time, first come, first served", async () => {
    const room = new ReadRoom({ atWorkMax: 2, isTight: () => false });
    const order: number[] = [];
    let [atWork, most] = [0, 0];
    const read = (k: number) =>
      room.run(async () => {
        most = Math.max(most, ++atWork);
        order.push(k);
        await new Promise((next) => setImmediate(next));
        atWork--;
      });
    await Promise.all(Array.from({ length: 20 }, (_, k) => read(k)));
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, k) => k));
  });

  it("refuses while memory is short, also what has waited, and gives its places back", async () => {
    let isTight = false;
    const room = new ReadRoom({ atWorkMax: 1, isTight: () => isTight });
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = room.run(() => promise);
    const second = room.run(async () => "never");
    isTight = true;
    await expect(room.run(async () => "never")).rejects.toThrow(Unavailable);
    resolve();
    await first;
    await expect(second).rejects.toMatchObject({ code: "memory/full" });
    isTight = false;
    expect(await room.run(async () => "again")).toBe("again");
  });
});
