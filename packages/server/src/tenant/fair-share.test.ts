import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairShare } from "./fair-share.ts";

describe("FairShare", () => {
  it("by hand, of 60: alone one holds 30, a newcomer 15 beside it; drained to their share, 20 each", () => {
    const share = new FairShare(60, 0);
    expect([share.take("a", 30), share.take("a", 1)]).toEqual([true, false]);
    expect([share.take("b", 15), share.take("b", 1)]).toEqual([true, false]);
    share.give("a", 10);
    expect(share.take("b", 5)).toBe(true);
    expect([share.take("a", 1), share.take("b", 1)]).toEqual([false, false]);
    expect([share.held("a"), share.held("b"), share.used]).toEqual([20, 20, 40]);
  });

  it("grants the minimum however full the pot is, and gives everything back once", () => {
    const share = new FairShare(10, 2);
    share.add("a", 100);
    const [one, two] = [share.open("b"), share.open("b")];
    expect([one.take(1), two.take(1), two.take(1)]).toEqual([true, true, false]);
    one.release();
    one.release();
    two.release();
    expect([share.held("b"), share.used]).toEqual([0, 100]);
  });

  const act = fc.record({ tenant: fc.nat(4), amount: fc.integer({ min: 1, max: 40 }) });

  it("never gives out more than the pot, and always leaves a newcomer as much as anybody took last", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
        const share = new FairShare(100, 0);
        for (const { tenant, amount } of acts) {
          const id = `t${tenant}`;
          const granted = share.take(id, amount);
          const free = 100 - share.used;
          expect(free).toBeGreaterThanOrEqual(0);
          if (granted) expect(free).toBeGreaterThanOrEqual(share.held(id));
          if (!granted && share.held(id) > 0 && amount % 3 === 0) share.give(id, share.held(id));
        }
      }),
    );
  });
});
