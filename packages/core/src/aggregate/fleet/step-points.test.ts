import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sidak } from "../closed/closed-form.ts";
import { ByteReader, ByteWriter } from "./column-bytes.ts";
import { POINT } from "./point-list.ts";
import { MARK } from "./step-marks.ts";
import { StepPoints } from "./step-points.ts";

const { value, absence, claim } = POINT;
const MINUTE = 60_000;
const SERIES = 2500;

const name = {
  series: fc.oneof(fc.nat(3), fc.constantFrom(1022, 1023, 1024, 2400)),
  offset: fc.oneof(fc.nat(9), fc.constant(59_999)),
  kind: fc.constantFrom(value, absence),
};
const p = fc.double({ min: 0.01, max: 1, noNaN: true }).map(Math.fround);
const put = fc.record({ ...name, p: fc.oneof(p, fc.constant(Number.NaN)), mark: fc.nat(3) });
interface Put {
  readonly series: number;
  readonly offset: number;
  readonly kind: number;
  readonly p: number;
  readonly mark: number;
}

describe("StepPoints", () => {
  it.each([
    { stepMs: MINUTE, others: 0 },
    { stepMs: MINUTE, others: 300 },
    { stepMs: 60 * MINUTE, others: 300 },
  ])(
    "holds what a map from (series, offset, kind) to the last point holds, steps of $stepMs ms, beside $others other series",
    ({ stepMs, others }) => {
      fc.assert(
        fc.property(fc.array(put, { maxLength: 60 }), (puts) => {
          const points = new StepPoints(stepMs, SERIES);
          const model = new Map<string, Put>();
          for (let series = 4; series < 4 + others; series++) {
            points.put(series, 7, value, 0.5, 0);
            model.set(nameOf({ series, offset: 7, kind: value }), {
              ...{ series, offset: 7, kind: value, p: 0.5, mark: 0 },
            });
          }
          for (const one of puts) checkedPut(points, model, one);
          const held: Put[] = [];
          points.forEach((series, offset, kind, value, mark) => {
            held.push({ series, offset, kind, p: value, mark });
          });
          const wanted = [...model.values()].sort(
            (a, b) => a.series - b.series || a.offset - b.offset || a.kind - b.kind,
          );
          expect(held).toEqual(wanted);
          for (const series of [0, 1, 2, 3, 1022, 1023, 1024, 2400]) {
            const known = wanted.filter((one) => one.series === series);
            expect(points.of(series)).toBe(joined(known));
            expect(points.markOf(series)).toBe(Math.max(0, ...known.map(({ mark }) => mark)));
          }
          const bytes = bytesOf(points);
          const again = StepPoints.read(new ByteReader(bytes), stepMs, SERIES);
          expect(bytesOf(again)).toEqual(bytes);
          expect(again.of(2400)).toBe(points.of(2400));
        }),
        { numRuns: others > 0 ? 40 : 150 },
      );
    },
  );

  it.each([0, 300])("lets a claim give way to any point, beside %i other series", (others) => {
    const points = new StepPoints(MINUTE, SERIES);
    for (let series = 10; series < 10 + others; series++) points.put(series, 7, value, 0.5, 0);
    expect(points.claim(3, 0.25)).toBe(true);
    expect(points.claim(3, 0.25)).toBe(false);
    expect(points.of(3)).toBe(0.25);
    expect(points.put(3, 5, value, 0.5, MARK.held)).toBe(true);
    expect(points.of(3)).toBe(0.5);
    expect(points.claim(3, 0.125)).toBe(false);
    expect(points.claim(3, Number.NaN)).toBe(false);
    expect(points.of(3)).toBe(0.5);
    expect(points.claim(4, 0.25)).toBe(true);
    expect(points.put(4, 0, absence, 0.5, 0)).toBe(true);
    expect(points.of(4)).toBe(0.5);
    expect(points.claim(5, 0.25)).toBe(true);
    const bytes = bytesOf(points);
    const again = StepPoints.read(new ByteReader(bytes), MINUTE, SERIES);
    expect([again.of(5), again.claim(5, Number.NaN), again.of(5)]).toEqual([
      0.25,
      true,
      Number.NaN,
    ]);
    expect(points.claim(5, Number.NaN)).toBe(true);
    expect(points.of(5)).toBeNaN();
    expect(claim).toBe(0);
  });

  it("has no p for a series that joined after its columns were made, with few points or many", () => {
    const points = new StepPoints(MINUTE, 1);
    expect(points.of(1_000)).toBeNaN();
    points.put(0, 1, value, 0.5, 0);
    points.put(0, 2, value, 0.5, 0);
    expect(points.of(1_000)).toBeNaN();
    for (let series = 0; series < 200; series++) points.put(series, 1, value, 0.5, 0);
    expect(points.of(1_000)).toBeNaN();
    expect(points.claim(1_000, Number.NaN)).toBe(false);
    points.put(1_000, 1, value, 0.25, 0);
    expect(points.of(1_000)).toBe(0.25);
    expect(points.markOf(1_020)).toBe(0);
  });

  it("costs about 6 bytes per series with a point, about 8 for each further point, and says so", () => {
    const tally = { bytes: 0 };
    const points = new StepPoints(10_000, 2048, tally);
    for (let series = 0; series < 2048; series++) points.put(series, 0, value, 0.5, 0);
    points.trim();
    // Nothing beside the columns, also when it is read back.
    expect(points.bytes).toBe(6 * 2048);
    expect(bytesOf(points).length).toBeLessThan(6.3 * 2048);
    const again = StepPoints.read(new ByteReader(bytesOf(points)), 10_000, 2048);
    expect(again.bytes).toBe(6 * 2048);
    expect(bytesOf(again)).toEqual(bytesOf(points));
    for (let offset = 2000; offset < 10_000; offset += 2000) {
      for (let series = 0; series < 2048; series++) points.put(series, offset, value, 0.5, 0);
    }
    points.trim();
    expect(points.bytes).toBeLessThan((6.1 + 4 * 8) * 2048);
    expect(bytesOf(points).length).toBeLessThan((6.3 + 4 * 8) * 2048);
    expect(tally.bytes).toBe(points.bytes);
  });

  it.each([
    ["all series have a point", () => true],
    ["all but the last have one", (series: number) => series < 1021],
    ["some in the middle have none", (series: number) => series % 200 !== 7],
  ])("is read back the same when %s", (_, has) => {
    const points = new StepPoints(10_000, 1024);
    for (let series = 0; series < 1024; series++) {
      if (has(series)) points.put(series, series % 9, value, 1 / (series + 2), series % 3);
    }
    points.trim();
    const again = StepPoints.read(new ByteReader(bytesOf(points)), 10_000, 1024);
    expect(bytesOf(again)).toEqual(bytesOf(points));
    for (const series of [0, 7, 207, 1020, 1023]) {
      expect([again.of(series), again.markOf(series)]).toEqual([
        points.of(series),
        points.markOf(series),
      ]);
    }
  });

  it("keeps offsets that are those of the step before once for both, until one of them changes", () => {
    const tally = { bytes: 0 };
    const steps = [0, 1, 2].map((k) => {
      const points = new StepPoints(10_000, 2048, tally);
      for (let series = 0; series < 2048; series++) {
        points.put(series, 1000 + (series % 7), value, (series + k + 1) / 4096, 0);
      }
      return points;
    });
    steps.forEach((points, k) => {
      points.trim(steps[k - 1]);
    });
    expect(tally.bytes).toBe((2 + 3 * 4) * 2048);
    const saved = steps.map(bytesOf);
    steps[1]!.put(5, 4000, value, 0.25, 0);
    steps[1]!.put(6, 1006, value, Number.NaN, 0);
    expect(tally.bytes).toBeCloseTo(steps.reduce((sum, { bytes }) => sum + bytes, 0));
    // One chunk of 1,024 has offsets of its own now; the point beside the newest one is in its list.
    expect(tally.bytes).toBe((2 + 3 * 4) * 2048 + 2 * 1024 + 16);
    expect([steps[1]!.of(5), steps[1]!.of(6)]).not.toEqual([steps[0]!.of(5), steps[0]!.of(6)]);
    expect(steps[1]!.of(6)).toBeNaN();
    expect([bytesOf(steps[0]!), bytesOf(steps[2]!)]).toEqual([saved[0], saved[2]]);
    for (const points of steps) points.drop();
    expect(tally.bytes).toBe(0);
  });
});

function checkedPut(points: StepPoints, model: Map<string, Put>, one: Put): void {
  const known = model.get(nameOf(one));
  const same = known !== undefined && Object.is(known.p, one.p) && known.mark === one.mark;
  const changes = Number.isNaN(one.p) ? known !== undefined : !same;
  expect(points.put(one.series, one.offset, one.kind, one.p, one.mark)).toBe(changes);
  if (Number.isNaN(one.p)) model.delete(nameOf(one));
  else model.set(nameOf(one), one);
}

function nameOf({ series, offset, kind }: Pick<Put, "series" | "offset" | "kind">): string {
  return `${series}/${offset}/${kind}`;
}

function joined(known: readonly Put[]): number {
  if (known.length === 0) return Number.NaN;
  const smallest = Math.min(...known.map((one) => one.p));
  return known.length > 1 ? sidak(smallest, known.length) : smallest;
}

function bytesOf(points: StepPoints): Uint8Array {
  const writer = new ByteWriter();
  points.write(writer);
  return writer.bytes();
}
