import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runForTest } from "../../../testing/testing-io.ts";
import { EXIT } from "../terminal/exit-code.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-calibration-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = ["calibration", "--nodes", "4", "--days", "6", "--minutes", "15"];

describe("foreshock calibration", () => {
  it("compares what came with what was promised, level by level, and names the source", async () => {
    const run = await runForTest([...SMALL, "--no-color"], { terminal: true, width: 160 });
    const lines = run.out.split("\n");
    expect(lines[0]).toMatch(/^LEVEL +ENTITIES +DAYS +ONCE IN 1 D +ONCE IN 7 D +ONCE IN 30 D$/);
    // 4 nodes x 10 metrics, days 4 to 6.
    expect(lines[1]).toMatch(/^metric +40 +120 +0\.\d\dx \(\d+\/120\.0\) /);
    expect(lines[2]).toMatch(/^node +4 +12 /);
    expect(run.out).toMatch(/^metric queue /m);
    expect(run.out).toMatch(/^findings at one in 7 days: \d+ of 0\.9 promised$/m);
    expect(run.err).toContain("a healthy generated fleet of 4 nodes, day 4 to 6");
    expect(run.code).toBe(EXIT.ok);
  });

  it("gives programs the same numbers, and the same again for the same seed", async () => {
    const [first, again, other] = [
      await runForTest([...SMALL, "--json"]),
      await runForTest([...SMALL, "--json"]),
      await runForTest([...SMALL, "--json", "--seed", "2"]),
    ];
    expect(again.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
    const { levels, kinds } = JSON.parse(first.out);
    expect(levels.map(({ level }: { level: string }) => level)).toEqual([
      "metric",
      "node",
      "cluster",
      "tenant",
    ]);
    expect(kinds.length).toBe(10);
    const [daily] = levels[1].rows;
    expect(daily.promised).toBeCloseTo(12, 6);
    expect(daily.ratio).toBeCloseTo(daily.realised / 12, 6);
  });

  it("counts in files: by hand, an hour 40 higher after four days is an alarm at every promise, of the metric alone", async () => {
    const lines = ["timestamp,value"];
    for (let i = 0; i < 5760; i++) {
      const noise = Math.abs(Math.sin(12.9898 * i) * 43758.5453) % 1;
      lines.push(`${1_782_900_000 + 60 * i},${20 + noise + (i >= 5600 && i < 5660 ? 40 : 0)}`);
    }
    writeFileSync(join(folder, "web.csv"), lines.join("\n"));
    const run = await runForTest(["calibration", folder, "--json"]);
    const { levels, findings } = JSON.parse(run.out);
    expect(findings).toEqual([]);
    expect(levels.map(({ level }: { level: string }) => level)).toEqual(["metric"]);
    expect(levels[0].watchedDays).toBeCloseTo(4, 1);
    for (const row of levels[0].rows) expect(row.realised).toBeGreaterThanOrEqual(1);
    expect(levels[0].rows[2].realised).toBeLessThanOrEqual(3);
  });

  it("says how to reach a server when it is asked for one and there is none", async () => {
    const argv = ["calibration", "--live", "--url", "http://127.0.0.1:9", "--key", "fsk_ro_none"];
    const run = await runForTest(argv);
    expect(run.code).toBe(EXIT.unreachable);
    expect(run.err).toContain("check that the server runs");
  });

  it("refuses a file named together with --live instead of leaving it unread", async () => {
    const run = await runForTest(["calibration", folder, "--live"]);
    expect([run.code, run.out]).toEqual([EXIT.usage, ""]);
    expect(run.err).toContain("--live reads a server");
  });

  it("refuses a sampling interval that no fleet can be rolled up at, before it generates one", async () => {
    for (const minutes of ["1441", "0.00001"]) {
      const run = await runForTest(["calibration", "--minutes", minutes]);
      expect([minutes, run.code]).toEqual([minutes, EXIT.usage]);
      expect(run.err).toContain("at most a day");
    }
  });
});
