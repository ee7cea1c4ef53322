import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InFlight } from "./in-flight.ts";
import { type Aged, OldestFirst } from "./oldest-first.ts";

describe("InFlight", () => {
  it("knows the oldest point of each tenant until its batch is scored", () => {
    const flight = new InFlight();
    flight.add(1, "a", 100, 10);
    flight.add(2, "a", 50, 5);
    flight.add(3, "b", 10, 1);
    expect(flight.oldestMs("a")).toBe(50);
    expect(flight.points()).toBe(16);
    expect(flight.done(2)).toMatchObject({ tenantId: "a", points: 5 });
    expect(flight.oldestMs("a")).toBe(100);
    expect(flight.done(2)).toBeUndefined();
    flight.done(1);
    expect(flight.oldestMs("a")).toBe(Number.POSITIVE_INFINITY);
    expect(flight.points("b")).toBe(1);
  });

  const act = fc.record({ tenant: fc.constantFrom("a", "b"), atMs: fc.nat(50), done: fc.nat(400) });

  it("agrees with a walk over all batches, whatever order they are scored in", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
        const flight = new InFlight();
        const open = new Map<number, { tenant: string; atMs: number }>();
        acts.forEach(({ tenant, atMs, done }, ticket) => {
          flight.add(ticket, tenant, atMs, 2);
          open.set(ticket, { tenant, atMs });
          expect(flight.done(done)?.tenantId).toBe(open.get(done)?.tenant);
          open.delete(done);
          for (const id of ["a", "b"]) {
            const own = [...open.values()].filter((batch) => batch.tenant === id);
            expect(flight.oldestMs(id)).toBe(Math.min(...own.map((batch) => batch.atMs)));
            expect(flight.points(id)).toBe(2 * own.length);
          }
          expect(flight.points()).toBe(2 * open.size);
        });
      }),
    );
  });
});

describe("OldestFirst", () => {
  it("looks at each entry a few times, however long one of them takes", () => {
    const cost = (entries: number): number => {
      let looks = 0;
      const aged = (atMs: number): Aged => ({
        isDone: false,
        get oldestMs() {
          looks++;
          return atMs;
        },
      });
      const heap = new OldestFirst();
      heap.add(aged(0));
      for (let i = 1; i < entries; i++) {
        const next = aged(entries - i);
        heap.add(next);
        heap.oldestMs();
        heap.done(next);
      }
      return looks;
    };
    const [one, two, four] = [cost(2000), cost(4000), cost(8000)] as [number, number, number];
    expect(two / one).toBeLessThan(2.5);
    expect(four / two).toBeLessThan(2.5);
  });
});
