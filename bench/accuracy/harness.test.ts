import { describe, expect, it } from "vitest";
import { detectFigures, rankFigures } from "./harness.ts";

const ALARM = { precision: 0.5, recall: 1, f1: 2 / 3, false_alarms_per_series_day: 0.25 };
const SUMMARY = { series: 2, missing: [], vus_pr: 0.75, auc_pr: 0.5, alarms: { "0.9": ALARM } };

describe("the harness' replies", () => {
  it("are read with Python's NaN as null", () => {
    const text = JSON.stringify({ summary: SUMMARY }).replace("0.75", "NaN");
    const figures = detectFigures(text);
    expect(figures.vusPr).toBeNull();
    expect(figures.aucPr).toBe(0.5);
    expect(figures.alarms["0.9"]).toEqual({
      precision: 0.5,
      recall: 1,
      f1: 2 / 3,
      falsePerSeriesDay: 0.25,
    });
  });

  it("are refused when a series came back without scores", () => {
    const text = JSON.stringify({ summary: { ...SUMMARY, missing: ["a/b"] } });
    expect(() => detectFigures(text)).toThrow("no scores for a/b");
  });

  it("name each group of cases, and all of them together", () => {
    const printed = [
      "  2022-08-22: AS@1 0.708  AS@3 0.792  AS@5 0.917  Avg@5 0.817  (24 cases)",
      "nezha: AS@1 0.413  AS@3 0.478  AS@5 0.543  Avg@5 0.491  (46 cases), 2 without normal data left out",
    ].join("\n");
    const rows = rankFigures("nezha", printed);
    expect(rows["2022-08-22"]).toEqual({
      cases: 24,
      as1: 0.708,
      as3: 0.792,
      as5: 0.917,
      avg5: 0.817,
    });
    expect(rows.all).toEqual({ cases: 46, as1: 0.413, as3: 0.478, as5: 0.543, avg5: 0.491 });
  });

  it("are refused without a total", () => {
    expect(() => rankFigures("nezha", "  a: AS@1 0.7\n")).toThrow("printed no figures");
  });
});
