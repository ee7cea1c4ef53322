import { describe, expect, it } from "vitest";
import { Heartbeat, HeartbeatReader } from "./heartbeat.ts";
import { StallClock } from "./stall-clock.ts";

const LIMITS = { stillMs: 10_000, stuckMs: 30_000 };

describe("a heartbeat", () => {
  it("shows what a thread does and for whom, also in long and other letters", () => {
    const memory = Heartbeat.memory();
    const reader = new HeartbeatReader(memory);
    expect(reader.work()).toEqual({ what: "", tenantId: "" });
    const heartbeat = new Heartbeat(memory);
    heartbeat.at("fold", "größe");
    expect(reader.work()).toEqual({ what: "fold", tenantId: "größe" });
    heartbeat.at("read", "a".repeat(1000));
    expect(reader.work().tenantId).toMatch(/^a{200,240}$/);
    heartbeat.at("read");
    expect(reader.work()).toEqual({ what: "read", tenantId: "" });
  });
});

describe("a stall clock", () => {
  it("gives a thread time to be loaded", () => {
    const clock = new StallClock(Heartbeat.memory(), LIMITS);
    expect(clock.look(0)).toBeUndefined();
    expect(clock.look(39_000)).toBeUndefined();
    expect(clock.look(41_000)).toMatchObject({ isStuck: false });
    expect(clock.look(121_000)).toMatchObject({ isStuck: true });
  });

  it("says once that a thread stands still, once that it is stuck, and begins anew after a beat", () => {
    const memory = Heartbeat.memory();
    const heartbeat = new Heartbeat(memory);
    const clock = new StallClock(memory, LIMITS);
    heartbeat.at("fold", "acme");
    heartbeat.beat();
    const said: unknown[] = [];
    for (let atMs = 0; atMs <= 60_000; atMs += 500) {
      if (atMs === 45_000) heartbeat.beat();
      const stall = clock.look(atMs);
      if (stall !== undefined) said.push([atMs, stall.isStuck, stall.what, stall.tenantId]);
    }
    expect(said).toEqual([
      [10_000, false, "fold", "acme"],
      [30_000, true, "fold", "acme"],
      [55_000, false, "fold", "acme"],
    ]);
  });
});
