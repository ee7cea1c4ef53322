import { describe, expect, it } from "vitest";
import { shadeSince, shadesOf } from "./shades.ts";

const MIN = 60_000;
const at = Array.from({ length: 10 }, (_, i) => i * MIN);
/** Alarms at minutes 5 to 7. */
const alarmScore = at.map((_, i) => (i >= 5 && i <= 7 ? 0.9 : null));
const columns = { at, alarmScore };

describe("what is shaded", () => {
  it("begins where the sentence says it began, though the alarm rose later", () => {
    const told = { startMs: 2 * MIN, endMs: 5 * MIN, severity: "major" } as const;
    expect(shadesOf(columns, MIN, [told])).toEqual([{ ...told, endMs: 7.5 * MIN }]);
  });

  it("does not begin before that, though an alarm that goes over into it was up", () => {
    const told = { startMs: 6 * MIN, endMs: 9 * MIN, severity: "critical" } as const;
    expect(shadesOf(columns, MIN, [told])).toEqual([told]);
  });

  it("keeps alarms that no anomaly tells of, and anomalies without an alarm", () => {
    const told = { startMs: 0, endMs: MIN, severity: "moderate" } as const;
    expect(shadesOf(columns, MIN, [told])).toEqual([
      told,
      { startMs: 4.5 * MIN, endMs: 7.5 * MIN, severity: "critical" },
    ]);
  });

  it("is one stretch for a finding: from its onset to its last alarm before the end", () => {
    const told = { onsetMs: MIN, untilMs: 6 * MIN, severity: "major" } as const;
    expect(shadeSince(columns, MIN, told)).toEqual({
      ...{ startMs: MIN, endMs: 6.5 * MIN },
      severity: "major",
    });
  });
});
