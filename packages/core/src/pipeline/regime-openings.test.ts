import { describe, expect, it } from "vitest";
import { ALARM_OUT } from "../alarm/alarm-openings.ts";
import { createStreamEngine } from "../detect/stream-engine.ts";
import { Dice } from "../generator/dice.ts";
import { FoldRow } from "./fold-row.ts";
import { SeriesFold } from "./series-fold.ts";

const STEP_MS = 300_000;
const DAY = 288;

describe("alarms of a series that changes its nature", () => {
  it("open on a fault six days after it, and not on the new life itself, in each of eight seeds", () => {
    const faultAt = 16 * DAY + 100;
    for (let seed = 0; seed < 8; seed++) {
      const dice = new Dice(`regime openings ${seed}`);
      const engine = createStreamEngine();
      const fold = new SeriesFold({ open: () => engine.open(), counter: false });
      const row = new FoldRow();
      const opened: number[] = [];
      for (let i = 0; i < faultAt + 24; i++) {
        const level = i < 10 * DAY ? 100 : 1000;
        const by = i >= faultAt ? 12 : 0;
        fold.push(i * STEP_MS, level + dice.gaussian() + by, row);
        if (row.alarm[ALARM_OUT.opened] === 1) opened.push(i);
      }
      expect(opened.filter((at) => at >= faultAt).length, `seed ${seed}`).toBe(1);
      expect(opened.filter((at) => at > 11 * DAY && at < faultAt).length).toBeLessThanOrEqual(1);
    }
  });
});
