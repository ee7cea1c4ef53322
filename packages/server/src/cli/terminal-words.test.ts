import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testingIo } from "../../testing/testing-io.ts";
import { nearestNames } from "./terminal/did-you-mean.ts";
import { wantsColor } from "./terminal/io.ts";
import { Progress } from "./terminal/progress.ts";
import { scoreText } from "./terminal/severity-text.ts";
import { sparkline } from "./terminal/sparkline.ts";
import { countText, durationText, sinceText, timeText } from "./terminal/time-text.ts";

describe("wantsColor", () => {
  it("follows the flag, then NO_COLOR, then CLICOLOR_FORCE, then the terminal", () => {
    expect(wantsColor(true, {}, true)).toBe(true);
    expect(wantsColor(false, {}, true)).toBe(false);
    expect(wantsColor(true, {}, false)).toBe(false);
    expect(wantsColor(true, { NO_COLOR: "1", CLICOLOR_FORCE: "1" }, true)).toBe(false);
    expect(wantsColor(true, { NO_COLOR: "" }, true)).toBe(true);
    expect(wantsColor(false, { CLICOLOR_FORCE: "1" }, true)).toBe(true);
    expect(wantsColor(false, { CLICOLOR_FORCE: "0" }, true)).toBe(false);
    expect(wantsColor(true, { TERM: "dumb" }, true)).toBe(false);
    expect(wantsColor(true, { CLICOLOR: "0" }, true)).toBe(false);
  });
});

describe("sparkline", () => {
  it("draws lowest to highest, gaps for missing values", () => {
    expect(sparkline([0, 1, null, 7], 10, true)).toBe("\u2581\u2582 \u2588");
    expect(sparkline([0, 1, null, 7], 10, false)).toBe("_. #");
    expect(sparkline([5, 5], 10, false)).toBe("__");
    expect(sparkline([null], 10, true)).toBe("");
  });

  it("keeps a single spike however narrow it is drawn", () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i === 617 ? 100 : i % 3));
    expect(sparkline(values, 20, false)).toMatch(/^[_.]{12}#[_.]{7}$/);
  });
});

describe("words for numbers", () => {
  it("says lengths in their largest unit", () => {
    expect([1000, 90_000, 1_500_000, 9_000_000, 172_800_000].map(durationText)).toEqual([
      "1 s",
      "1.5 min",
      "25 min",
      "2.5 h",
      "2 d",
    ]);
  });

  it("says instants in UTC, and the clock alone for today", () => {
    const now = Date.UTC(2026, 6, 1, 15);
    expect(timeText(Date.UTC(2026, 6, 1, 14, 5))).toBe("2026-07-01 14:05:00");
    expect(timeText(Number.NaN)).toBe("-");
    expect(sinceText("2026-07-01T14:05:00Z", now)).toBe("14:05");
    expect(sinceText("2026-06-30T14:05:00Z", now)).toBe("2026-06-30 14:05");
    expect(sinceText(null, now)).toBe("-");
  });

  it("separates thousands as toLocaleString does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (count) => {
        expect(countText(count)).toBe(count.toLocaleString("en-US"));
      }),
    );
  });

  it("never says 100 of a score below one", () => {
    expect([0, 0.5, 0.978, 0.9999, Number.NaN].map(scoreText)).toEqual([
      "0",
      "50",
      "97",
      "99",
      "-",
    ]);
  });
});

describe("nearestNames", () => {
  it("finds slips and beginnings, nearest first, and nothing that is merely another name", () => {
    const known = ["node-0907", "node-0912", "node-1", "gateway"];
    expect(nearestNames("node-09", known)).toEqual(["node-0907", "node-0912", "node-1"]);
    expect(nearestNames("gatway", known)).toEqual(["gateway"]);
    expect(nearestNames("zzz", known)).toEqual([]);
  });
});

describe("Progress", () => {
  it("draws a bar on a terminal and takes it away in the end", () => {
    let nowMs = 0;
    const { io, texts } = testingIo({ terminal: true, now: () => nowMs });
    const progress = new Progress(io, { title: "read", unit: "MB", total: 100 });
    nowMs = 1000;
    progress.add(25);
    expect(texts().err).toBe("\r  read  [#####---------------]  25 %  25 MB/s, 3 s left\u001b[K");
    progress.end();
    expect(texts().err.endsWith("\r\u001b[K")).toBe(true);
    expect(texts().out).toBe("");
  });

  it("says one line per 10 % elsewhere, and nothing of short work", () => {
    let nowMs = 0;
    const { io, texts } = testingIo({ now: () => nowMs });
    const progress = new Progress(io, { title: "read", unit: "MB", total: 100 });
    for (nowMs = 100; nowMs <= 10_000; nowMs += 100) progress.add(1);
    progress.end();
    const lines = texts().err.trimEnd().split("\n");
    expect(lines[0]).toBe("read 20 % 10 MB/s, 8 s left");
    expect(lines).toHaveLength(9);
  });
});
