import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hrefOf, type Place, pathOf, placeAbove, placeOf } from "./place.ts";
import { DEFAULT_VIEW } from "./view-codec.ts";

const id = fc.string({ minLength: 1 });
const places: fc.Arbitrary<Place> = fc.oneof(
  fc.constant<Place>({ page: "now" }),
  fc.constant<Place>({ page: "fleet" }),
  fc.record({ page: fc.constant("cluster" as const), tenant: id, cluster: id }),
  fc.record({ page: fc.constant("node" as const), tenant: id, cluster: id, node: id }),
  fc.record({
    page: fc.constant("metric" as const),
    tenant: id,
    cluster: id,
    node: id,
    metric: id,
  }),
);

describe("places", () => {
  it("come back from their path, whatever the ids hold", () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(placeOf(pathOf(place))).toEqual(place);
      }),
    );
  });

  it("lead up to Now in at most four steps, and to the tenants where there are several", () => {
    fc.assert(
      fc.property(places, fc.boolean(), (start, several) => {
        let place = start;
        for (let i = 0; i < 4; i++) place = placeAbove(place, several);
        for (let i = 0; i < 2 && several; i++) place = placeAbove(place, several);
        expect(several || place.page !== "tenants").toBe(true);
        expect(place).toEqual({ page: several ? "tenants" : "now" });
      }),
    );
  });

  it.each(["/nowhere", "/t/a", "/t/a/c", "/t/a/x/b", "/t/%zz/c/b", "/t/a/c/b/n/d/m/e/q/f"])(
    "does not take %s for a page",
    (path) => {
      expect(placeOf(path)).toBeUndefined();
    },
  );

  it("keep the range and the live switch, and drop what only the old page knows", () => {
    const view = {
      ...DEFAULT_VIEW,
      tenant: "acme",
      from: "now-7d",
      live: false,
      sel: "a/b",
      anomaly: "x",
      fill: "range" as const,
    };
    expect(hrefOf({ page: "fleet" }, view)).toBe("/fleet?tenant=acme&from=now-7d&live=0");
    expect(hrefOf({ page: "cluster", tenant: "acme", cluster: "eu" }, view, [["embed", "1"]])).toBe(
      "/t/acme/c/eu?from=now-7d&live=0&embed=1",
    );
  });
});
