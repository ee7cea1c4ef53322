import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runForTest } from "../../testing/testing-io.ts";

/** Situations that people reported in public, each rebuilt as a small file. */
const CASES = resolve(import.meta.dirname, "../../testing/cases");

interface Found {
  readonly node: string;
  readonly metric: string;
  readonly score: number;
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly explanation: { readonly text: string };
}

async function detected(name: string, ...flags: string[]) {
  const path = join(CASES, `${name}.csv.gz`);
  const run = await runForTest(["detect", path, "--level", "metric", "--json", ...flags]);
  expect(run.code, run.err).toBe(0);
  const { data, nodes, remarks, summary } = JSON.parse(run.out);
  return { data: data as Found[], nodes, remarks, summary, err: run.err };
}

/** Whether an anomaly overlaps [from, to) of a day of March 2026. */
function isAt(one: Found, from: string, to: string): boolean {
  return (
    Date.parse(one.windowStart) < Date.parse(to) && Date.parse(one.windowEnd) > Date.parse(from)
  );
}

const FAULT = ["2026-03-07T10:00:00Z", "2026-03-07T11:00:00Z"] as const;

describe("exports as tools write them", () => {
  it.each([
    ["grafana-series-rows", "grafana-series-rows.csv/web-1", 2],
    ["range-index", "range-index.csv/cpu", 1],
    ["datetime-index", "datetime-index.csv/cpu", 2],
    ["influx-annotated", "web-1/cpu_usage_user", 2],
    ["kibana-report", "kibana-report.csv/Average of system.load", 1],
    ["cloudwatch-console", "cloudwatch-console.csv/CPUUtilization", 2],
    ["excel-serial-dates", "excel-serial-dates.csv/cpu", 1],
  ])("%s: the fault of %s is found among %d series", async (name, series, count) => {
    const { data, summary } = await detected(name);
    expect(summary.series).toBe(count);
    expect(data.length).toBe(1);
    const [found] = data;
    expect(`${found!.node}/${found!.metric}`).toBe(series.replace(".csv/", "/"));
    expect(found!.score).toBeGreaterThanOrEqual(0.9);
    expect(isAt(found!, ...FAULT)).toBe(true);
  });

  it("one bad file in a folder: the others are done, it is named with its line, the exit code is 1", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foreshock-case-"));
    mkdirSync(folder, { recursive: true });
    for (const name of ["a", "b", "c"]) {
      copyFileSync(join(CASES, `folder-${name}.csv.gz`), join(folder, `${name}.csv.gz`));
    }
    const run = await runForTest(["detect", folder, "--json"]);
    expect(run.code).toBe(1);
    expect(run.err).toContain('b.csv.gz:702: "12 MB" in column cpu has a unit of bytes');
    const { data, summary } = JSON.parse(run.out);
    expect(summary.files).toBe(2);
    expect(data.map(({ node }: Found) => node).sort()).toEqual(["a", "c"]);
    rmSync(folder, { recursive: true });
  });
});

describe("series that share instants", () => {
  it("three devices in a tag column are three series, and the fault of one is found", async () => {
    const { data, summary, err } = await detected("tags-as-columns");
    expect(summary).toMatchObject({ series: 3, points: 8640 });
    expect(data.map(({ metric }) => metric)).toEqual(['disk_used_percent{device="sda"}']);
    expect(isAt(data[0]!, "2026-03-05T10:00:00Z", "2026-03-05T11:00:00Z")).toBe(true);
    expect(err).toContain("device is part of the metric's name");
  });

  it("joined by time they are found as they are aligned: an empty cell is no point", async () => {
    const joined = await detected("joined");
    const aligned = await detected("aligned");
    const scores = ({ data }: { data: Found[] }) =>
      Object.fromEntries(data.map(({ metric, score }) => [metric, score]));
    expect(Object.keys(scores(joined)).sort()).toEqual(["cpu", "lat", "mem", "rps"]);
    expect(Object.keys(scores(aligned)).sort()).toEqual(["cpu", "lat", "mem", "rps"]);
    for (const [metric, score] of Object.entries(scores(aligned))) {
      expect(Math.abs(scores(joined)[metric]! - score)).toBeLessThan(0.05);
    }
    expect(joined.nodes.length).toBe(1);
    expect(joined.nodes[0]).toMatchObject({ numMetricsAnalyzed: 6, numAnomaliesDetected: 4 });
    expect(joined.nodes[0].text).not.toContain("none by itself");
  });
});

describe("a range that is ranked", () => {
  it("is unusual to the same degree joined by time as aligned: rows of other series are not counted", async () => {
    const range = ["--from", "2026-03-04T20:00:00Z", "--to", "2026-03-04T20:15:00Z"];
    for (const level of ["node", "metric"]) {
      const [joined, aligned] = await Promise.all(
        ["joined", "aligned"].map(async (name) => {
          const path = join(CASES, `${name}.csv.gz`);
          const argv = ["rank", path, ...range, "--level", level, "--json"];
          return JSON.parse((await runForTest(argv)).out).data as Found[];
        }),
      );
      expect(aligned![0]!.score).toBeGreaterThan(0.5);
      for (const { metric, score } of aligned!) {
        const other = joined!.find((one) => one.metric === metric);
        expect(Math.abs(other!.score - score), metric ?? "the node").toBeLessThan(0.02);
      }
    }
  });
});

describe("a counter in a file", () => {
  it("is judged as a rate, and says so: its restart is a missing point and no anomaly", async () => {
    const { data, summary, remarks } = await detected("restart");
    expect(data).toEqual([]);
    expect(summary.points).toBe(8638);
    expect(remarks[0].text).toContain(
      "http_requests_total: a counter, judged as a rate per second",
    );
    const asItIs = await detected("restart", "--counter", "none");
    expect(asItIs.summary.points).toBe(8640);
  });

  it("that stands still is told while it does, as what it is", async () => {
    const { data } = await detected("stall");
    expect(data.length).toBe(1);
    expect(isAt(data[0]!, "2026-03-06T10:00:00Z", "2026-03-06T10:30:00Z")).toBe(true);
    expect(data[0]!.explanation.text).toContain("stuck at 0 since 10:00 on 6 Mar 2026");
  });
});

describe("time is what the stamps say", () => {
  it("an export of hours, then five minutes, then minutes of a healthy metric is as quiet as one of minutes", async () => {
    const { data } = await detected("cloudwatch-three-resolutions");
    expect(data.length).toBeLessThanOrEqual(3);
    const finer = data.filter(({ windowEnd }) => windowEnd > "2026-01-17");
    expect(finer.every(({ score }) => score < 0.75)).toBe(true);
  });

  it("one number a day: the day of 2.6 times the usual is found, and no ordinary day", async () => {
    const { data } = await detected("daily-cost-spike");
    expect(data.length).toBe(1);
    const [{ score, windowStart, windowEnd }] = data as [Found];
    expect(score).toBeGreaterThanOrEqual(0.9);
    expect(windowStart).toBe("2024-04-18T00:00:00.000Z");
    const days = (Date.parse(windowEnd) - Date.parse(windowStart)) / 86_400_000;
    expect(days).toBeLessThanOrEqual(14);
    expect((await detected("daily-cost-healthy")).data).toEqual([]);
  });
});

describe("no size is too small or too large", () => {
  it("an error rate of 1e-12 that rises to 5e-10 is found, and told in numbers that people read", async () => {
    const { data } = await detected("bit-error-rate");
    expect(data.length).toBe(1);
    expect(data[0]!.score).toBeGreaterThanOrEqual(0.9);
    expect(isAt(data[0]!, "2026-03-10T10:00:00Z", "2026-03-10T12:00:00Z")).toBe(true);
    expect(data[0]!.explanation.text).not.toContain("0.0000");
  });

  it("a restart is seen in a start time of 1.77e9 seconds, which never changed before", async () => {
    const { data } = await detected("restart-seen-in-start-time");
    expect(data.length).toBe(1);
    expect(data[0]!.score).toBeGreaterThanOrEqual(0.9);
    expect(isAt(data[0]!, "2026-03-10T10:00:00Z", "2026-03-10T10:05:00Z")).toBe(true);
  });
});

describe("what comes again", () => {
  it("a backup every Sunday is known from the fourth time on: its score is that of a week, and nothing opens", async () => {
    const path = join(CASES, "weekly-backup.csv.gz");
    const run = await runForTest(["detect", path, "--level", "metric", "--json"]);
    const { data, openings } = JSON.parse(run.out);
    expect(openings.length).toBeLessThanOrEqual(3);
    const later = data.filter((one: Found) => one.windowStart >= "2026-02-01");
    expect(later.length).toBe(5);
    for (const { score, kind } of later) {
      expect(score).toBeLessThanOrEqual(0.77);
      expect(kind).toBe("seasonal");
    }
    const last = data.find((one: Found) => one.windowStart.startsWith("2026-03-01"));
    expect(last.explanation.text).toContain("comes every Sunday about 03:00, 8 times");
  });

  it("a backup every night is quiet after the first nights", async () => {
    const { data } = await detected("nightly-backup");
    expect(data.filter((one) => one.windowStart >= "2026-01-10")).toEqual([]);
  });
});

describe("what was right", () => {
  it("an hourly job is quiet", async () => {
    expect((await detected("hourly-cron")).data).toEqual([]);
  });

  it("one minute of 0 in eight days of 1 is found", async () => {
    const { data } = await detected("leader-blip");
    expect(data.length).toBe(1);
    expect(data[0]!.score).toBeGreaterThanOrEqual(0.9);
    expect(isAt(data[0]!, "2026-03-08T10:00:00Z", "2026-03-08T10:01:00Z")).toBe(true);
  });

  it("an absurd sample among the first hides nothing: the rise of the ninth day is the one anomaly", async () => {
    const { data } = await detected("sentinel-first");
    expect(data.length).toBe(1);
    expect(data[0]!.score).toBeGreaterThanOrEqual(0.95);
    expect(isAt(data[0]!, "2026-03-10T10:00:00Z", "2026-03-10T12:00:00Z")).toBe(true);
  });

  it("an absurd sample and the rise after it are both found", async () => {
    const { data } = await detected("sentinel-later");
    expect(data.map(({ score }) => score >= 0.9)).toEqual([true, true]);
    expect(data.some((one) => isAt(one, "2026-03-10T10:00:00Z", "2026-03-10T12:00:00Z"))).toBe(
      true,
    );
  });
});
