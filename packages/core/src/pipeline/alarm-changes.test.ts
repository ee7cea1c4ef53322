import { describe, expect, it } from "vitest";
import { createStreamEngine } from "../detect/stream-engine.ts";
import { DAY_MS, MINUTE_MS } from "../model/time.ts";
import { FoldRow } from "./fold-row.ts";
import { SeriesFold } from "./series-fold.ts";

const START = Date.UTC(2026, 4, 4);
const DAYS = 4;

describe("what a fold says of its alarm with each point", () => {
  it("is enough to know whether it is open, also where one goes on that had closed", () => {
    const engine = createStreamEngine();
    const fold = new SeriesFold({ open: () => engine.open(), counter: false });
    const row = new FoldRow();
    let isOpen = false;
    let resumed = 0;
    for (let i = 0; i < (DAYS * DAY_MS) / MINUTE_MS; i++) {
      fold.push(START + i * MINUTE_MS, valueAt(i), row);
      const before = isOpen;
      if (fold.alarmChange === "opened" || fold.alarmChange === "changed") isOpen = true;
      if (fold.alarmChange === "closed") isOpen = false;
      if (!before && isOpen && fold.alarmChange === "changed") resumed++;
      expect(isOpen, `after point ${i}`).toBe(fold.alarmIsOpen);
    }
    expect(resumed).toBeGreaterThan(0);
  });
});

/** A daily pattern and noise; four points far above it on the third day. */
function valueAt(i: number): number {
  let h = Math.imul(i * 31 + 3 * 7919, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  const noise = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  const spike = i >= 2991 && i < 2995 ? 40 : 0;
  return Math.round(100 * (50 + 10 * Math.sin((2 * Math.PI * i) / 1440) + 4 * noise + spike)) / 100;
}
