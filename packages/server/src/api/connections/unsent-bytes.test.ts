import { beforeEach, describe, expect, it } from "vitest";
import { UnsentBytes } from "./unsent-bytes.ts";

const LIMITS = { unsentBytesPerKey: 100, unsentBytesMax: 250, stalledMs: 2000 };

let nowMs: number;
let unsent: UnsentBytes;
let cut: string[];
beforeEach(() => {
  nowMs = 0;
  cut = [];
  unsent = new UnsentBytes(LIMITS, () => nowMs);
});

function open(owner: string, bytes: number, name = owner) {
  return unsent.open(owner, bytes, () => void cut.push(name));
}

describe("UnsentBytes", () => {
  it("gives each owner its share, and its only reply in any case", () => {
    expect(open("a", 180)).toBeDefined();
    expect(open("a", 10)).toBeUndefined();
    expect(open("b", 60)).toBeDefined();
    expect(open("b", 41)).toBeUndefined();
    expect([unsent.all, unsent.of("a"), unsent.of("b")]).toEqual([240, 180, 60]);
  });

  it("has room again as replies are read, cut off or done", () => {
    const reply = open("a", 100)!;
    expect(open("a", 1)).toBeUndefined();
    reply.sent(60);
    expect(open("a", 60)).toBeDefined();
    reply.done();
    reply.done();
    expect([unsent.all, unsent.of("a")]).toEqual([60, 60]);
  });

  it("cuts an owner's own stalled reply, not a neighbour's and not one that moves", () => {
    open("b", 100, "neighbour");
    open("a", 50, "stalled");
    const moving = open("a", 40, "moving")!;
    nowMs = 2000;
    moving.sent(1);
    expect(open("a", 60)).toBeDefined();
    expect(cut).toEqual(["stalled"]);
  });

  it("cuts the longest stalled of all when the sum is reached, as few as needed", () => {
    for (const owner of ["a", "b"]) open(owner, 100);
    nowMs = 1000;
    open("c", 50);
    nowMs = 5000;
    expect(open("d", 100)).toBeDefined();
    expect(cut).toEqual(["a"]);
    expect(unsent.all).toBe(250);
  });
});
