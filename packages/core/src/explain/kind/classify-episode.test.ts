import { describe, expect, it } from "vitest";
import { classifyEpisode } from "./classify-episode.ts";
import { KnownBefore } from "./known-before.ts";

const STEP_MS = 300_000;
const FIRST = 3000;

/** Eleven days of small steps; from the 3,000th point on `event` is added. */
function points(event: (k: number) => number, length = 3200) {
  const timestampsMs = Float64Array.from({ length }, (_, i) => i * STEP_MS);
  const values = timestampsMs.map(
    (_, i) => Math.sin(i * 12.9898) + (i < FIRST ? 0 : event(i - FIRST)),
  );
  return { timestampsMs, values, intervalMs: STEP_MS };
}

function begins(onsetMs: number) {
  return { onsetMs, firstMs: onsetMs };
}

/** Points before an event at short steps: two days at 15 s, which a template is laid over. */
const SEEN = 12_000;

/** A noisy 100 at short steps, and an alarm that begins with the event. */
function often(stepMs: number, event: (usual: number, k: number) => number) {
  const timestampsMs = Float64Array.from({ length: SEEN + 400 }, (_, i) => i * stepMs);
  const noise = (i: number) => Math.sin(i * 12.9898) + Math.sin(i * 78.233) + Math.sin(i * 37.719);
  const values = timestampsMs.map((_, i) => event(100 + noise(i), i - SEEN));
  return { timestampsMs, values, intervalMs: stepMs };
}

function oftenAlarmed(stepMs: number, points: number) {
  return { ...begins(SEEN * stepMs), lastMs: (SEEN + points) * stepMs };
}

const alarmed = { ...begins(FIRST * STEP_MS), lastMs: (FIRST + 3) * STEP_MS };

describe("classifyEpisode", () => {
  it("tells a shift whose alarm ended early from a spike by whether the value came back", () => {
    expect(
      classifyEpisode(
        points(() => 20),
        alarmed,
      ).kind,
    ).toBe("shift_up");
    expect(
      classifyEpisode(
        points((k) => (k < 3 ? 20 : 0)),
        alarmed,
      ).kind,
    ).toBe("spike");
  });

  it("calls 40 minutes on another level a spike once they are over, and a shift while they last", () => {
    const burst = points((k) => (k < 8 ? 20 : 0));
    expect(classifyEpisode(burst, alarmed)).toMatchObject({
      kind: "spike",
      sinceMs: FIRST * STEP_MS,
    });
    const drop = points((k) => (k < 8 ? -20 : 0));
    expect(classifyEpisode(drop, alarmed).kind).toBe("dip");
    const lasting = points((k) => (k < 8 ? 20 : 0), FIRST + 8);
    expect(classifyEpisode(lasting, alarmed).kind).toBe("shift_up");
    const twoHours = points((k) => (k < 24 ? 20 : 0));
    expect(classifyEpisode(twoHours, alarmed).kind).toBe("shift_up");
  });

  it("calls a level times three a shift, though its noise grew with it and too short an alarm was raised for a template", () => {
    for (const stepMs of [15_000, 60_000]) {
      const made = often(stepMs, (value, k) => (k < 0 ? value : 3 * value));
      const told = classifyEpisode(made, oftenAlarmed(stepMs, 40));
      expect(told).toMatchObject({ kind: "shift_up", sinceMs: SEEN * stepMs });
    }
  });

  it("calls it restless where the level stays and where the steps grew much more than the level did", () => {
    for (const stepMs of [15_000, 60_000]) {
      const about = often(stepMs, (value, k) => (k < 0 ? value : 100 + 3 * (value - 100)));
      expect(classifyEpisode(about, oftenAlarmed(stepMs, 40)).kind).toBe("variance");
    }
    const beside = often(15_000, (value, k) => (k < 0 ? value : 130 + 5 * (value - 100)));
    expect(classifyEpisode(beside, oftenAlarmed(15_000, 40)).kind).toBe("variance");
  });

  it("calls a step a shift where the alarm ended within minutes and the level did not, a spike once it came back", () => {
    const stepMs = 15_000;
    const episode = oftenAlarmed(stepMs, 10);
    const up = often(stepMs, (value, k) => (k < 0 ? value : value + 20));
    expect(classifyEpisode(up, episode)).toMatchObject({
      kind: "shift_up",
      sinceMs: SEEN * stepMs,
    });
    const down = often(stepMs, (value, k) => (k < 0 ? value : value - 20));
    expect(classifyEpisode(down, episode).kind).toBe("shift_down");
    for (const length of [1, 15, 25, 120]) {
      const burst = often(stepMs, (value, k) => (k >= 0 && k < length ? value + 20 : value));
      expect(classifyEpisode(burst, episode).kind).toBe("spike");
    }
  });

  it("calls ten minutes above its level a spike, not a slow rise, where the series climbs by itself", () => {
    for (const alarm of [0, 42]) {
      const burst = (k: number) => (k >= 0 && k < 40 ? 20 : 0);
      const made = often(15_000, (value, k) => value + 0.002 * k + burst(k));
      const episode = { ...oftenAlarmed(15_000, 45), firstMs: (SEEN + alarm) * 15_000 };
      expect(classifyEpisode(made, episode).kind).toBe("spike");
    }
  });

  it("calls one high point of a young series that has always climbed a spike, not a climb", () => {
    const made = often(60_000, (value, k) => 0.02 * (k + SEEN) + value + (k === 0 ? 30 : 0));
    const from = SEEN - 2400;
    const young = {
      timestampsMs: made.timestampsMs.subarray(from),
      values: made.values
        .subarray(from)
        .map((value, i) => (i < 600 ? value + 12 - 0.02 * i : value)),
      intervalMs: 60_000,
    };
    expect(classifyEpisode(young, oftenAlarmed(60_000, 0)).kind).toBe("spike");
  });

  it("dates a step to the point, though its series was restless for hours before the alarm", () => {
    const restless = points((k) => (k < 0 ? 0 : 20));
    for (let i = FIRST - 30; i < FIRST; i++) restless.values[i]! *= 2.5;
    const early = {
      onsetMs: (FIRST - 30) * STEP_MS,
      firstMs: (FIRST + 1) * STEP_MS,
      lastMs: (FIRST + 60) * STEP_MS,
    };
    expect(classifyEpisode(restless, early)).toMatchObject({
      kind: "shift_up",
      sinceMs: FIRST * STEP_MS,
    });
  });

  it("dates restlessness to the point, though its series was somewhat livelier for hours before the alarm", () => {
    const restless = points((k) => 12 * Math.sin(k * k * 7.7));
    for (let i = FIRST - 24; i < FIRST; i++) restless.values[i]! *= 1.4;
    const early = {
      onsetMs: (FIRST - 24) * STEP_MS,
      firstMs: (FIRST + 2) * STEP_MS,
      lastMs: (FIRST + 60) * STEP_MS,
    };
    const said = classifyEpisode(restless, early);
    expect(said.kind).toBe("variance");
    expect(Math.abs((said.sinceMs ?? 0) / STEP_MS - FIRST)).toBeLessThanOrEqual(1);
  });

  it("calls a noisy step at 15 s a shift: three points that fall halfway back are not its end", () => {
    const intervalMs = 15_000;
    const timestampsMs = Float64Array.from({ length: 6000 }, (_, i) => i * intervalMs);
    const values = timestampsMs.map((_, i) => Math.sin(i * 12.9898) + (i < FIRST ? 0 : 8));
    for (let i = FIRST + 60; i < FIRST + 65; i++) values[i]! -= 5.5;
    const episode = { ...begins(FIRST * intervalMs), lastMs: (FIRST + 600) * intervalMs };
    expect(classifyEpisode({ timestampsMs, values, intervalMs }, episode).kind).toBe("shift_up");
  });

  it("names no other hour before it has seen three days", () => {
    const hour = (i: number) => 30 * Math.sin((2 * Math.PI * i) / 288);
    const kindAfter = (days: number) => {
      const first = days * 288 + 60;
      const timestampsMs = Float64Array.from({ length: first + 100 }, (_, i) => i * STEP_MS);
      const values = timestampsMs.map(
        (_, i) => Math.sin(i * 12.9898) + hour(i >= first ? i + 144 : i),
      );
      const episode = { ...begins(first * STEP_MS), lastMs: (first + 80) * STEP_MS };
      return classifyEpisode({ timestampsMs, values, intervalMs: STEP_MS }, episode).kind;
    };
    expect(kindAfter(8)).toBe("seasonal");
    expect(kindAfter(2)).not.toBe("seasonal");
  });

  it("calls a level three times as high, its noise with it, a shift and not restlessness", () => {
    const made = points(() => 0);
    const values = made.values.map((value, i) => (value + 20) * (i < FIRST ? 1 : 3));
    const episode = { ...begins(FIRST * STEP_MS), lastMs: (FIRST + 60) * STEP_MS };
    expect(classifyEpisode({ ...made, values }, episode).kind).toBe("shift_up");
  });

  it("begins a spike at its first point that stands out, however restless it was before", () => {
    const early = { ...begins((FIRST - 200) * STEP_MS), lastMs: (FIRST + 3) * STEP_MS };
    const { kind, sinceMs } = classifyEpisode(
      points((k) => (k < 3 ? 20 : 0)),
      early,
    );
    expect({ kind, sinceMs }).toEqual({ kind: "spike", sinceMs: FIRST * STEP_MS });
  });

  it("does not look behind the closing points: a longer series gives the same", () => {
    const whole = points((k) => (k < 40 ? 20 : -50));
    const closed = points((k) => (k < 40 ? 20 : -50), FIRST + 3 + 12);
    expect(classifyEpisode(whole, alarmed)).toEqual(classifyEpisode(closed, alarmed));
  });

  it("finds where a ramp began that was noticed at its end", () => {
    const ramp = points((k) => (k < 120 ? k / 8 : 0));
    const late = { ...begins((FIRST + 110) * STEP_MS), lastMs: (FIRST + 122) * STEP_MS };
    const { kind, sinceMs } = classifyEpisode(ramp, late);
    expect(kind).toBe("trend");
    expect(Math.abs(sinceMs! / STEP_MS - FIRST)).toBeLessThanOrEqual(12);
  });

  it("calls another hour's values seasonal though they were noticed when they ended", () => {
    const swing = (i: number) => 30 * Math.sin((2 * Math.PI * i) / 288);
    const { timestampsMs, values, intervalMs } = points(() => 0);
    const odd = values.map((value, i) => {
      const inside = i >= FIRST && i < FIRST + 150;
      return value + swing(inside ? i + 144 : i);
    });
    const late = { ...begins((FIRST + 150) * STEP_MS), lastMs: (FIRST + 153) * STEP_MS };
    const said = classifyEpisode({ timestampsMs, values: odd, intervalMs }, late);
    expect(said).toMatchObject({ label: "seasonal", missedPeak: false });
  });

  it("does not care about the unit: doubled, moved and turned round, the kind is the same", () => {
    const turned = { shift_up: "shift_down", spike: "dip" } as Record<string, string>;
    const events: readonly ((k: number) => number)[] = [
      () => 20,
      (k) => (k < 3 ? 20 : 0),
      (k) => (k < 120 ? k / 8 : 0),
      (k) => 8 * Math.sin(k * 37.719),
    ];
    for (const event of events) {
      const made = points(event);
      const late = { ...begins(FIRST * STEP_MS), lastMs: (FIRST + 130) * STEP_MS };
      const { kind } = classifyEpisode(made, late);
      const moved = { ...made, values: made.values.map((value) => 2 * value + 64) };
      expect(classifyEpisode(moved, late).kind).toBe(kind);
      const down = { ...made, values: made.values.map((value) => -value) };
      expect(classifyEpisode(down, late).kind).toBe(turned[kind] ?? kind);
    }
  });

  it("says of an episode that goes on what it says of one that is looked at for the first time", () => {
    const daily = (k: number) => 9 * Math.sin((2 * Math.PI * (FIRST + k)) / 288);
    const events: readonly ((k: number) => number)[] = [
      () => 20,
      (k) => (k < 3 ? 20 : 0),
      (k) => k / 4,
      (k) => 8 * Math.sin(k * 37.719),
      (k) => -Math.sin((FIRST + k) * 12.9898),
      (k) => (k % 3 === 0 ? Number.NaN : 20),
      (k) => daily(k + 144) - daily(k),
    ];
    const kinds = new Set<string>();
    for (const event of events) {
      const before = new KnownBefore();
      const { timestampsMs, values, intervalMs } = points(event, FIRST + 400);
      const all = values.map((value, i) => value + daily(i - FIRST));
      for (let length = FIRST + 1; length <= all.length; length += 7) {
        const sofar = {
          timestampsMs: timestampsMs.subarray(0, length),
          values: all.subarray(0, length),
        };
        const episode = { ...begins(FIRST * STEP_MS), lastMs: timestampsMs[length - 1]! };
        const told = classifyEpisode({ ...sofar, intervalMs }, episode, before);
        expect(told).toEqual(classifyEpisode({ ...sofar, intervalMs }, episode));
        kinds.add(told.kind);
      }
    }
    expect(kinds.size).toBeGreaterThan(4);
  });

  it("calls an episode without a point a spike", () => {
    const none = { ...begins(1e12), lastMs: 1e12 };
    expect(
      classifyEpisode(
        points(() => 0),
        none,
      ).kind,
    ).toBe("spike");
  });
});
