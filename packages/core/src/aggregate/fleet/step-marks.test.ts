import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MARK, StepMarks } from "./step-marks.ts";

describe("StepMarks", () => {
  it("gives the strongest mark of a series' points, by hand: held of a recovered and a held one", () => {
    const marks = new StepMarks();
    expect(marks.put(3, 0, MARK.recovered)).toBe(true);
    expect(marks.put(3, 120_000, MARK.held)).toBe(true);
    expect(marks.put(3, 120_000, MARK.held)).toBe(false);
    expect(marks.of(3)).toBe(MARK.held);
    expect(marks.put(3, 120_000, MARK.none)).toBe(true);
    expect(marks.of(3)).toBe(MARK.recovered);
    expect(marks.of(4)).toBe(MARK.none);
  });

  it("is a function of the last mark of each point, whatever came before and in whatever order", () => {
    const one = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), (puts) => {
        const marks = new StepMarks();
        for (const [series, key, mark] of puts) marks.put(series, key, mark);
        const last = new Map(puts.map(([series, key, mark]) => [`${series} ${key}`, mark]));
        const again = new StepMarks();
        for (const [place, mark] of [...last].reverse()) {
          const [series, key] = place.split(" ").map(Number);
          again.put(series!, key!, mark);
        }
        expect(marks.all()).toEqual(again.all());
        expect(marks.all().length).toBe([...last.values()].filter((mark) => mark > 0).length);
      }),
    );
  });
});
