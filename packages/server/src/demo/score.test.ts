import { DAY_MS, HOUR_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { type ScoredFinding, scoreFindings } from "./score.ts";
import { scoreJson, scoreText } from "./score-text.ts";
import type { KnownFault, Truth } from "./truth.ts";

const START_MS = 1_000 * DAY_MS;
const at = (hours: number) => START_MS + hours * HOUR_MS;

const fault = (over: Partial<KnownFault>): KnownFault => ({
  id: "f",
  title: "a fault",
  tenant: "acme",
  cluster: "web",
  place: "node",
  nodes: ["n1"],
  metrics: ["cpu_usage"],
  startMs: at(10),
  endMs: at(12),
  labels: ["spike"],
  kinds: ["spike"],
  live: false,
  ...over,
});

const truth = (over: Partial<Truth>): Truth => ({
  seed: 1,
  startMs: START_MS,
  endMs: START_MS + 28 * DAY_MS,
  faults: [fault({})],
  quiet: [],
  ...over,
});

let made = 0;
const finding = (over: Partial<ScoredFinding>): ScoredFinding => ({
  id: `fnd_${made++}`,
  tenant: "acme",
  cluster: "web",
  node: "n1",
  openedAt: at(10.5),
  label: "spike",
  kind: "spike",
  ...over,
});

describe("scoreFindings", () => {
  it("counts a finding at the right place in the time of the fault as found, by hand: after 30 minutes", () => {
    const score = scoreFindings(truth({}), [finding({})]);
    expect(score).toMatchObject({ foundCount: 1, placeFirstCount: 1, labelRightCount: 1 });
    expect(score.medianDelayMs).toBe(0.5 * HOUR_MS);
    expect(score.unmatched).toEqual([]);
    expect(score.passed).toBe(true);
  });

  it("takes the two hours after the end in, and nothing before the start or later", () => {
    const found = (hours: number) =>
      scoreFindings(truth({}), [finding({ openedAt: at(hours) })]).foundCount;
    expect([9.99, 10, 13.99, 14].map(found)).toEqual([0, 1, 1, 0]);
  });

  it("finds nothing in another tenant, cluster or node, and calls those findings unmatched", () => {
    const wrong = [{ tenant: "globex" }, { cluster: "db" }, { node: "n2" }, { node: null }];
    const score = scoreFindings(truth({}), wrong.map(finding));
    expect(score).toMatchObject({ foundCount: 0, passed: false });
    expect(score.unmatched.length).toBe(4);
  });

  it("wants the cluster for a cluster's fault, and takes either where both are right", () => {
    const found = (place: KnownFault["place"], node: string | null) =>
      scoreFindings(truth({ faults: [fault({ place })] }), [finding({ node })]).foundCount;
    expect([found("cluster", null), found("cluster", "n1")]).toEqual([1, 0]);
    expect([found("either", null), found("either", "n1"), found("either", "n2")]).toEqual([
      1, 1, 0,
    ]);
  });

  it("denies the first place where another node of the cluster was named before", () => {
    const score = scoreFindings(truth({}), [
      finding({ openedAt: at(11) }),
      finding({ openedAt: at(10.2), node: "n2" }),
    ]);
    expect(score).toMatchObject({ foundCount: 1, placeFirstCount: 0, passed: false });
  });

  it("forgives one wrong label, not two", () => {
    const faults = [fault({ id: "f" }), fault({ id: "g", cluster: "db" })];
    const passes = (first: ScoredFinding["label"], second: ScoredFinding["label"]) =>
      scoreFindings(truth({ faults }), [
        finding({ label: first }),
        finding({ cluster: "db", label: second }),
      ]).passed;
    expect([passes("spike", "spike"), passes("trend", "spike")]).toEqual([true, true]);
    expect(passes("trend", "seasonal")).toBe(false);
  });

  it("breaks the quiet by a finding on the quiet node, not on its neighbour or its cluster", () => {
    const spells = [{ startMs: at(100), endMs: at(103) }];
    const place = { tenant: "acme", cluster: "db", id: "n", title: "a peak" };
    const quiet = [{ ...place, nodes: ["n7"], spells }];
    const broken = (over: Partial<ScoredFinding>) =>
      scoreFindings(truth({ quiet }), [finding({}), finding({ cluster: "db", ...over })]).passed;
    expect(broken({ node: "n7", openedAt: at(101) })).toBe(false);
    expect(broken({ node: "n7", openedAt: at(106) })).toBe(true);
    expect(broken({ node: "n8", openedAt: at(101) })).toBe(true);
    expect(broken({ node: null, openedAt: at(101) })).toBe(true);
  });

  it("passes 18 unmatched findings in 28 days and not 19; 9 in 14 days", () => {
    const passes = (count: number, days: number) => {
      const others = Array.from({ length: count }, () => finding({ tenant: "globex" }));
      const key = truth({ endMs: START_MS + days * DAY_MS });
      return scoreFindings(key, [finding({}), ...others]).passed;
    };
    expect([passes(18, 28), passes(19, 28), passes(9, 14), passes(10, 14)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it("does not ask for a fault put in by hand, and excuses its findings", () => {
    const live = fault({ id: "live-1", live: true, nodes: ["n9"] });
    const score = scoreFindings(truth({ faults: [fault({}), live] }), [
      finding({}),
      finding({ node: "n9" }),
    ]);
    expect(score.faults.length).toBe(1);
    expect(score.unmatched).toEqual([]);
  });

  it("reports in words and in JSON that agree", () => {
    const missed = fault({ id: "g", title: "another fault", cluster: "db" });
    const score = scoreFindings(truth({ faults: [fault({}), missed] }), [finding({})]);
    const text = scoreText(score);
    expect(text).toMatch(/another fault +MISSED/);
    expect(text).toContain("found 1 of 2, missed 1; right place first 1; labelled right 1");
    expect(text).toContain("median delay 30 min");
    expect(text.trimEnd().endsWith("NOT passed")).toBe(true);
    expect(scoreJson(score)).toMatchObject({
      passed: false,
      found: 1,
      missed: 1,
      medianDelayMinutes: 30,
      detail: [
        { place: "web/n1", delayMinutes: 30 },
        { place: null, delayMinutes: null },
      ],
    });
  });
});
