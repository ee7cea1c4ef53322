import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CELL_STATES,
  DEFAULT_VIEW,
  decodeView,
  encodeView,
  type Rest,
  type View,
} from "./view-codec.ts";

const token = fc.oneof(
  fc.constant("now"),
  fc
    .tuple(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom("m", "h", "d"))
    .map(([count, unit]) => `now-${count}${unit}`),
  fc
    .integer({ min: 0, max: 4_000_000_000 })
    .map((seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z")),
);

/** Canonical: lists in their order, and "all" written as the empty list. */
const views: fc.Arbitrary<View> = fc.record({
  tenant: fc.string(),
  from: token,
  to: token,
  live: fc.boolean(),
  show: fc
    .subarray([...CELL_STATES], { maxLength: CELL_STATES.length - 1 })
    .map((list) => CELL_STATES.filter((one) => list.includes(one))),
  fill: fc.constantFrom("now" as const, "range" as const),
  sel: fc.string(),
  anomaly: fc.string(),
  finding: fc.string(),
  table: fc.boolean(),
});

const rests: fc.Arbitrary<Rest> = fc.array(
  fc.tuple(
    fc.string({ minLength: 1 }).filter((name) => !Object.hasOwn(DEFAULT_VIEW, name)),
    fc.string(),
  ),
  { maxLength: 4 },
);

describe("the view codec", () => {
  it("reads back what it wrote, whatever the ids hold", () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(decodeView(encodeView(view)).view).toEqual(view);
      }),
    );
  });

  it("keeps keys it does not know, and gives equal states equal URLs", () => {
    fc.assert(
      fc.property(views, rests, (view, rest) => {
        const url = encodeView(view, rest);
        const back = decodeView(url);
        expect([...back.rest].sort()).toEqual([...rest].sort());
        expect(encodeView(back.view, [...back.rest].reverse())).toBe(url);
      }),
    );
  });

  it("leaves defaults out: the default view has no search string", () => {
    expect(encodeView(DEFAULT_VIEW)).toBe("");
    expect(encodeView({ ...DEFAULT_VIEW, from: "now-7d", live: false })).toBe(
      "?from=now-7d&live=0",
    );
  });

  it("sorts lists by severity, drops what is not a state, and writes all of them as none", () => {
    const { view } = decodeView("?show=low,critical,purple,low");
    expect(view.show).toEqual(["critical", "low"]);
    expect(encodeView(view)).toBe("?show=critical,low");
    expect(encodeView({ ...DEFAULT_VIEW, show: [...CELL_STATES] })).toBe("");
  });

  it("falls back to the default where a value is none, and never fails on any text", () => {
    const { view } = decodeView("?from=yesterday&to=now-0h&live=maybe&fill=pink");
    expect(view).toEqual(DEFAULT_VIEW);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Object.keys(decodeView(text).view)).toEqual(Object.keys(DEFAULT_VIEW));
      }),
    );
  });
});
