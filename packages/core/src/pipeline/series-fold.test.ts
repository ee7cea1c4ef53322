import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALARM_PHASE } from "../alarm/alarm-openings.ts";
import type { Alarm } from "../alarm/alarm-tracker.ts";
import { createStreamEngine } from "../detect/stream-engine.ts";
import { DAY_MS, HOUR_MS } from "../model/time.ts";
import { FoldRow } from "./fold-row.ts";
import { SeriesFold } from "./series-fold.ts";

const STEP_MS = 300_000;
const PER_DAY = DAY_MS / STEP_MS;
const START_MS = 1_700_006_400_000;
const engine = createStreamEngine();

const newFold = () => new SeriesFold({ open: () => engine.open(), counter: false });

/** A daily wave with noise that needs no dice. */
function usual(i: number): number {
  const noise = Math.sin(i * 12.9898) * 43758.5453;
  return 50 + 10 * Math.sin((2 * Math.PI * i) / PER_DAY) + 2 * (noise - Math.floor(noise));
}

interface Told {
  /** Points at which an alarm opened. */
  readonly opened: number[];
  readonly closed: Alarm[];
  readonly phase: number[];
  readonly alarmScore: number[];
}

function foldAll(fold: SeriesFold, values: readonly number[], from = 0): Told {
  const told: Told = { opened: [], closed: [], phase: [], alarmScore: [] };
  const row = new FoldRow();
  values.forEach((value, k) => {
    fold.push(START_MS + (from + k) * STEP_MS, value, row);
    if (fold.alarmChange === "opened") told.opened.push(from + k);
    if (fold.alarmChange === "closed") told.closed.push(fold.alarm()!);
    told.phase.push(row.phase);
    told.alarmScore.push(row.alarmScore);
  });
  return told;
}

const days = (count: number, change: (value: number, i: number) => number = (value) => value) =>
  Array.from({ length: count * PER_DAY }, (_, i) => change(usual(i), i));

describe("SeriesFold", () => {
  it("makes one alarm of a level shift of 48 hours, holds it to the end and is silent when it ends", () => {
    const from = 14.3 * PER_DAY;
    const end = from + 2 * PER_DAY;
    const values = days(19, (value, i) => (i >= from && i < end ? value + 25 : value));
    const { opened, closed, phase, alarmScore } = foldAll(newFold(), values);
    expect(opened.filter((i) => i >= from)).toEqual([Math.ceil(from)]);
    const hour47 = Math.floor(from + (47 * HOUR_MS) / STEP_MS);
    expect(phase[hour47]).toBe(ALARM_PHASE.held);
    expect(alarmScore[hour47]).toBeGreaterThanOrEqual(0.75);
    const alarm = closed.at(-1)!;
    expect(alarm.outcome).toBe("recovered");
    expect(alarm.openedMs).toBe(START_MS + Math.ceil(from) * STEP_MS);
    expect(alarm.heldToMs).toBeGreaterThanOrEqual(START_MS + (end - 1) * STEP_MS);
  });

  it("accepts a level that stays for more than three days, and says so", () => {
    const from = 14.3 * PER_DAY;
    const values = days(20, (value, i) => (i >= from ? value + 25 : value));
    const { opened, closed } = foldAll(newFold(), values);
    expect(opened.filter((i) => i >= from).length).toBe(1);
    const alarm = closed.at(-1)!;
    expect(alarm.outcome).toBe("accepted");
    expect(alarm.heldToMs - alarm.openedMs).toBeLessThanOrEqual(3 * DAY_MS);
    expect(alarm.heldToMs - alarm.openedMs).toBeGreaterThan(2.9 * DAY_MS);
  });

  it("opens on a value that is stuck, though it does not deviate", () => {
    const from = Math.floor(14.3 * PER_DAY);
    const stuck = usual(from);
    const values = days(15, (value, i) => (i >= from ? stuck : value));
    const { opened } = foldAll(newFold(), values);
    expect(opened.some((i) => i > from)).toBe(true);
  });

  it("counts the points up to an episode's last, however long that is ago", () => {
    const fold = newFold();
    const row = new FoldRow();
    const spike = 5 * PER_DAY;
    let looked = 0;
    for (let i = 0; i <= spike + 60; i++) {
      const value = i === spike ? 150 : i === spike + 3 ? Number.NaN : usual(i);
      const change = fold.push(START_MS + i * STEP_MS, value, row);
      if (!fold.episodeIsOpen && change !== "closed") continue;
      const last = (fold.episode()!.lastMs - START_MS) / STEP_MS;
      // One of them is missing, and no point.
      expect(fold.episodePointCount).toBe(i >= spike + 3 ? last : last + 1);
      if (last < i) looked++;
    }
    expect(looked).toBeGreaterThan(10);
  });

  it("goes on from saved bytes as if nothing had happened, wherever it is cut, alarm open or not", () => {
    const from = 6 * PER_DAY;
    const end = 7.5 * PER_DAY;
    const values = days(9, (value, i) =>
      i >= from && i < end ? value + 25 : i % 97 === 0 ? Number.NaN : value,
    );
    const whole = newFold();
    const all = foldAll(whole, values);
    expect(all.opened.some((i) => i >= from && i < end)).toBe(true);
    fc.assert(
      fc.property(fc.nat(values.length), (cut) => {
        const first = newFold();
        const before = foldAll(first, values.slice(0, cut));
        const second = newFold();
        second.restore(first.save());
        expect(second.save()).toEqual(first.save());
        expect(second.alarm()).toEqual(first.alarm());
        const after = foldAll(second, values.slice(cut), cut);
        expect([...before.opened, ...after.opened]).toEqual(all.opened);
        expect([...before.alarmScore, ...after.alarmScore]).toEqual(all.alarmScore);
        expect([...before.closed, ...after.closed]).toEqual(all.closed);
        expect(second.save()).toEqual(whole.save());
      }),
      { numRuns: 15, examples: [[Math.floor(from + 40)], [Math.floor(end + 40)]] },
    );
  });

  it("is saved with one checksum at most, which covers all parts, and is the same whichever it is", () => {
    const fold = newFold();
    foldAll(fold, days(1));
    const [own, outer] = [fold.save(), fold.save("outer")];
    const differing = [...own.keys()].filter((at) => own[at] !== outer[at]);
    expect(Math.min(...differing)).toBeGreaterThanOrEqual(own.length - 4);
    const heir = newFold();
    heir.restore(outer, "outer");
    expect(heir.save()).toEqual(own);
    // A bit of an inner part is noticed by the outer checksum.
    const bent = own.slice();
    bent[own.length - 40]! ^= 1;
    expect(() => newFold().restore(bent)).toThrow();
  });
});
