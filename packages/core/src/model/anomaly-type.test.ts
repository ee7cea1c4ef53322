import { describe, expect, it } from "vitest";
import { ANOMALY_KINDS, ANOMALY_LABELS, AnomalyType, LABEL_OF_KIND } from "./anomaly-type.ts";

describe("AnomalyType", () => {
  it("is a value and a type of one name", () => {
    const label: AnomalyType = AnomalyType.SPIKE;
    expect(label).toBe("spike");
    expect(AnomalyType).toEqual({
      SPIKE: "spike",
      TREND: "trend",
      SEASONAL: "seasonal",
      NORMAL: "normal",
    });
  });

  it("holds all labels, and every kind belongs to one", () => {
    expect(ANOMALY_LABELS).toEqual(["spike", "trend", "seasonal", "normal"]);
    for (const kind of ANOMALY_KINDS) expect(ANOMALY_LABELS).toContain(LABEL_OF_KIND[kind]);
  });
});
