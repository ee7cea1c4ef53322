import { describe, expect, it } from "vitest";
import { LeastServed } from "./least-served.ts";

const CREDIT = 100;

describe("LeastServed", () => {
  it("serves all alike who always have something to do", () => {
    const share = new LeastServed(CREDIT);
    const served = { a: 0, b: 0, c: 0 };
    const costs = { a: 1, b: 7, c: 30 };
    const names = ["a", "b", "c"] as const;
    for (let k = 0; k < 3000; k++) {
      const first = share.first(names) as keyof typeof costs;
      share.charge(first, costs[first]);
      served[first] += costs[first];
    }
    const all = Object.values(served);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(30);
  });

  it("serves at once who asks for little, and so much before the others", () => {
    const share = new LeastServed(CREDIT);
    for (let k = 0; k < 50; k++) share.charge(share.first(["busy"])!, 10);
    let atOnce = 0;
    for (; share.first(["busy", "quiet"]) === "quiet"; atOnce++) share.charge("quiet", 10);
    expect(atOnce).toBeGreaterThanOrEqual(CREDIT / 10);
    expect(atOnce).toBeLessThanOrEqual(CREDIT / 10 + 1);
  });

  it("lets nobody save up more than that, however long it was away", () => {
    const share = new LeastServed(CREDIT);
    share.charge("away", 10);
    for (let k = 0; k < 1000; k++) share.charge(share.first(["busy"])!, 10);
    expect(share.placeOf("busy") - share.placeOf("away")).toBeLessThanOrEqual(CREDIT + 10);
  });

  it("names each once, in the order of their turns", () => {
    const share = new LeastServed(CREDIT);
    share.charge("b", 5);
    share.charge("a", 9);
    const order = share.order(["a", "b", "c", "a"]);
    expect(order.map(({ tenantId }) => tenantId)).toEqual(["c", "b", "a"]);
    expect(order[2]!.place - order[1]!.place).toBe(4);
  });

  it("forgets those that are as far behind as a new one", () => {
    const share = new LeastServed(CREDIT);
    for (let k = 0; k < 5000; k++) {
      const name = `t${k}`;
      share.first([name]);
      share.charge(name, 1000);
      share.first([name]);
    }
    expect(share.rememberedCount).toBeLessThanOrEqual(512);
  });
});
