import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { ConnectionTable, type Seat } from "./connection-table.ts";

const LIMITS = {
  connectionsMax: 20,
  connectionsReserved: 3,
  reservedPerAddress: 2,
  keylessPerAddress: 5,
  displacedPerSecond: 1,
  perAddress: 8,
};

let table: ConnectionTable;
let closed: string[];
let nowMs: number;
beforeEach(() => {
  table = new ConnectionTable(LIMITS);
  closed = [];
  nowMs = 0;
});

function enter(address: string, name = address, isProxy = false): Seat | undefined {
  return table.enter(address, isProxy, () => void closed.push(name), nowMs);
}

function keyed(address: string, name = address): Seat | undefined {
  const seat = enter(address, name);
  seat?.keySeen();
  return seat;
}

describe("ConnectionTable", () => {
  it("closes an address's own oldest idle connection when its share without a key is used up", () => {
    const seats = ["a1", "a2", "a3", "a4", "a5"].map((name) => enter("a", name)!);
    seats[0]!.requestBegan();
    expect(enter("a", "a6")).toBeDefined();
    expect(closed).toEqual(["a2"]);
    expect(table.countOf("a")).toBe(5);
  });

  it("refuses newcomers of an address that displaces its own connections all the time", () => {
    for (let i = 0; i < 10; i++) expect(enter("a"), `newcomer ${i}`).toBeDefined();
    for (let i = 0; i < 100; i++) expect(enter("a")).toBeUndefined();
    expect(closed).toHaveLength(5);
    nowMs += 2000;
    expect([enter("a"), enter("a"), enter("a")].filter((seat) => seat !== undefined).length).toBe(
      2,
    );
    expect(enter("b")).toBeDefined();
  });

  it("lets an address with good keys have more, and counts those without one apart", () => {
    for (let i = 0; i < 5; i++) keyed("a");
    for (let i = 0; i < 3; i++) expect(enter("a", `plain ${i}`)).toBeDefined();
    expect([table.countOf("a"), closed]).toEqual([8, []]);
    expect(enter("a", "one more")).toBeDefined();
    expect(closed).toEqual(["plain 0"]);
  });

  it("refuses an address whose share is full of requests with a good key", () => {
    const seats = Array.from({ length: 8 }, () => keyed("a")!);
    for (const seat of seats) seat.requestBegan();
    expect(enter("a")).toBeUndefined();
    seats[3]!.requestEnded();
    expect(enter("a")).toBeDefined();
    expect(closed).toEqual(["a"]);
  });

  it("makes room for a newcomer at the address that holds most, idle ones without a key first", () => {
    for (const address of ["a", "b", "c"]) for (let i = 0; i < 5; i++) enter(address);
    for (let i = 0; i < 5; i++) keyed("d");
    keyed("d");
    expect(closed.splice(0)).toEqual(["a"]);
    expect(enter("new")).toBeDefined();
    expect(closed).toEqual(["b"]);
    expect(table.count).toBe(20);
  });

  it("keeps a reserve for addresses that hold few when nothing can be closed", () => {
    for (const address of ["a", "b", "c", "d", "e"]) {
      for (let i = 0; i < 4; i++) keyed(address)!.requestBegan();
    }
    expect(enter("a")).toBeUndefined();
    for (const probe of ["p1", "p2", "p3"]) keyed(probe)!.requestBegan();
    expect(table.count).toBe(23);
    expect(enter("p4")).toBeUndefined();
    expect(closed).toEqual([]);
  });

  it("has no share for a trusted proxy, but counts it in the sum", () => {
    for (let i = 0; i < 20; i++) expect(enter("proxy", "proxy", true)).toBeDefined();
    expect([table.count, closed]).toEqual([20, []]);
    expect(enter("a")).toBeDefined();
    expect(closed).toEqual(["proxy"]);
  });

  it("never holds more than it may, and lets every new address in while something idle is left", () => {
    const step = fc.record({
      address: fc.constantFrom("a", "b", "c", "d", "e", "f"),
      what: fc.constantFrom("enter", "key", "request", "answer", "leave"),
      which: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        table = new ConnectionTable(LIMITS);
        const open = new Set<Seat>();
        for (const { address, what, which } of steps) {
          const seat = [...open][which % Math.max(1, open.size)];
          if (what === "enter") {
            const place: { seat?: Seat } = {};
            const made = table.enter(address, false, () => open.delete(place.seat!), 0);
            if (made !== undefined) open.add(made);
            Object.assign(place, { seat: made });
          } else if (what === "key") seat?.keySeen();
          else if (what === "request") seat?.requestBegan();
          else if (what === "answer" && (seat?.requests ?? 0) > 0) seat?.requestEnded();
          else if (what === "leave" && seat !== undefined) {
            seat.leave();
            open.delete(seat);
          }
          expect(table.count).toBe(open.size);
          expect(table.count).toBeLessThanOrEqual(23);
          for (const one of "abcdef") expect(table.countOf(one)).toBeLessThanOrEqual(8);
        }
        const idle = [...open].some(({ requests }) => requests === 0);
        if (idle) expect(table.enter("newcomer", false, () => {}, 0)).toBeDefined();
      }),
    );
  });
});
