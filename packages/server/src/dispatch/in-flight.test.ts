import { describe, expect, it } from "vitest";
import { InFlight } from "./in-flight.ts";

describe("InFlight", () => {
  it("knows the oldest point of each tenant until its batch is scored", () => {
    const flight = new InFlight();
    flight.add(1, "a", 100, 10);
    flight.add(2, "a", 50, 5);
    flight.add(3, "b", 10, 1);
    expect(flight.oldestMs("a")).toBe(50);
    expect(flight.points()).toBe(16);
    expect(flight.done(2)).toBe("a");
    expect(flight.oldestMs("a")).toBe(100);
    expect(flight.done(2)).toBeUndefined();
    flight.done(1);
    expect(flight.oldestMs("a")).toBe(Number.POSITIVE_INFINITY);
    expect(flight.points("b")).toBe(1);
  });
});
