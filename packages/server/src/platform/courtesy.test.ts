import { describe, expect, it } from "vitest";
import { Courtesy } from "./courtesy.ts";
import { LightWork } from "./light-work.ts";

describe("light work", () => {
  it("goes before that of all others while it is under way, seen through the same memory", () => {
    const counted = new LightWork();
    const seen = new LightWork(counted.memory);
    expect(seen.isBefore("busy")).toBe(false);
    counted.began("calm");
    counted.began("calm");
    expect([seen.isBefore("busy"), seen.isBefore("calm")]).toEqual([true, false]);
    counted.ended("calm");
    expect(seen.isBefore("busy")).toBe(true);
    counted.ended("calm");
    expect(seen.isBefore("busy")).toBe(false);
  });
});

describe("courtesy", () => {
  const clock = { nowMs: 1000 };
  const light = { isLight: false };
  const courtesy = () =>
    new Courtesy({ isBefore: (id) => light.isLight && id === "busy" }, () => clock.nowMs);

  it("holds nobody back without light work, nor whoever does it", () => {
    const one = courtesy();
    light.isLight = false;
    expect(one.mayGo("busy")).toBe(true);
    light.isLight = true;
    expect([one.mayGo("busy"), one.mayGo("calm")]).toEqual([false, true]);
    expect(new Courtesy(undefined, () => 0).mayGo("busy")).toBe(true);
  });

  it("holds work back for a while at a stretch, and half of the time in the long run", () => {
    const one = courtesy();
    light.isLight = true;
    const asked: boolean[] = [];
    for (let ms = 0; ms < 3000; ms++) {
      clock.nowMs++;
      asked.push(one.mayGo("busy"));
    }
    const first = asked.indexOf(true);
    expect(first).toBeGreaterThan(80);
    expect(first).toBeLessThan(120);
    const share = asked.slice(first).filter((mayGo) => mayGo).length / (asked.length - first);
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
    // Time without light work fills the allowance again.
    light.isLight = false;
    clock.nowMs += 1000;
    expect(one.mayGo("busy")).toBe(true);
    clock.nowMs += 1000;
    light.isLight = true;
    expect(one.mayGo("busy")).toBe(false);
  });
});
