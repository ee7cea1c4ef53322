import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runForTest } from "../../../testing/testing-io.ts";
import { EXIT } from "../terminal/exit-code.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-detect-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Four days of minutes that wobble, with a jump of an hour at the end. */
function jumping(count = 5760): string {
  const lines = ["timestamp,value"];
  for (let i = 0; i < count; i++) {
    const noise = Math.sin(12.9898 * i) * 43758.5453;
    const jump = i >= count - 60 ? 40 : 0;
    lines.push(`${1_782_900_000 + 60 * i},${20 + noise - Math.floor(noise) + jump}`);
  }
  return `${lines.join("\n")}\n`;
}

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

describe("foreshock detect", () => {
  it("prints a ranked table with sentences, worst first, and what chance explains", async () => {
    const path = fileOf("web-1.csv", jumping());
    const run = await runForTest(["detect", path, "--no-color"], { terminal: true, width: 160 });
    const [header, first] = run.out.split("\n");
    expect(header).toMatch(/^SEV +SCORE +SERIES +SINCE +FOR +LABEL +WHY$/);
    expect(first).toMatch(/^critical +9\d +default\/web-1\/value +2026-07-05 09:\d\d:00 /);
    expect(first).toContain("value on web-1 rose from a typical 20-21 to ");
    expect(run.err).toMatch(
      /5,760 points of 1 series in .*\d+ anomalies of metrics at 0.5 or more/,
    );
    expect(run.code).toBe(EXIT.ok);
  });

  it("lists openings as JSON: one for the jump, still open at the end; none for an engine that looks ahead", async () => {
    const path = fileOf("web-1.csv", jumping());
    const { openings } = JSON.parse((await runForTest(["detect", path, "--json"])).out);
    const last = openings.at(-1);
    expect(last).toMatchObject({
      node: "web-1",
      metric: "value",
      openedAt: new Date(1000 * (1_782_900_000 + 60 * 5700)).toISOString(),
      closedAt: null,
      outcome: "held",
    });
    expect(last.score).toBeGreaterThanOrEqual(0.75);
    expect(last.evidenceDays).toBeGreaterThan(1.65);
    const ahead = await runForTest(["detect", path, "--engine", "batch", "--json"]);
    expect(JSON.parse(ahead.out).openings).toBeNull();
  });

  it("scores with the engine asked for: batch looks ahead, stream does not", async () => {
    const path = fileOf("web-1.csv", jumping());
    const cut = fileOf("cut/web-1.csv", jumping().split("\n").slice(0, 5702).join("\n"));
    for (const engine of ["batch", "stream"]) {
      const rowsOf = async (file: string) => {
        const out = join(folder, `${engine}.scores.csv`);
        await runForTest(["detect", file, "--engine", engine, "--scores", out]);
        return readFileSync(out, "utf8").split("\n").slice(0, 5700);
      };
      const [whole, part] = [await rowsOf(path), await rowsOf(cut)];
      expect(whole.length).toBe(5700);
      if (engine === "batch") expect(part).not.toEqual(whole);
      else expect(part).toEqual(whole);
    }
    const { data } = JSON.parse(
      (await runForTest(["detect", path, "--engine", "batch", "--json"])).out,
    );
    expect(data[0]).toMatchObject({ engine: "batch", severity: "critical" });
  });

  it("holds nodes of a long file against each other with --engine peer, and says where there are too few", async () => {
    const rows = (nodes: number) => {
      const lines = ["timestamp,node,metric,value"];
      for (let i = 0; i < 1500; i++) {
        const load = 100 + 30 * Math.sin(i / 40) + (i >= 700 && i < 720 ? 80 : 0);
        for (let node = 0; node < nodes; node++) {
          const noise = Math.sin(12.9898 * (i * nodes + node)) * 43758.5453;
          const alone = node === 2 && i >= 1300 && i < 1340 ? 6 : 0;
          const value = load + noise - Math.floor(noise) + alone;
          lines.push(`${1_782_900_000 + 300 * i},web-${node},rps,${value}`);
        }
      }
      return `${lines.join("\n")}\n`;
    };
    const argv = ["detect", fileOf("web.csv", rows(6)), "--engine", "peer", "--level", "metric"];
    const { data } = JSON.parse((await runForTest([...argv, "--json"])).out);
    expect(data[0]).toMatchObject({ engine: "peer", node: "web-2", severity: "critical" });
    const surge = 1_782_900_000_000 + 300_000 * 700;
    const during = data.filter((row: { windowStart: string; score: number }) => {
      const at = Date.parse(row.windowStart);
      return at >= surge && at < surge + 40 * 300_000 && row.score >= 0.75;
    });
    expect(during).toEqual([]);

    const few = await runForTest(["detect", fileOf("few.csv", rows(3)), "--engine", "peer"]);
    expect(few.code).toBe(EXIT.error);
    expect(few.err).toMatch(/few\.csv: .*at least 5 nodes of a cluster.*found here is 3;/);
    const none = await runForTest(["detect", fileOf("header.csv", rows(0)), "--engine", "peer"]);
    expect([none.code, none.err]).toEqual([
      EXIT.ok,
      expect.stringContaining("0 points of 0 series"),
    ]);
  });

  it("finds with --engine absence who stopped reporting before the others did, and who is stuck", async () => {
    const lines = ["timestamp,node,metric,value"];
    for (let i = 0; i < 2000; i++) {
      for (let node = 0; node < 3; node++) {
        if (node === 1 && i >= 1900) continue;
        const noise =
          Math.sin(12.9898 * (3 * (node === 2 && i >= 1940 ? 1940 : i) + node)) * 43758.5453;
        lines.push(`${1_782_900_000 + 300 * i},web-${node},rps,${noise - Math.floor(noise)}`);
      }
    }
    const argv = [
      "detect",
      fileOf("absent.csv", lines.join("\n")),
      "--engine",
      "absence",
      "--level",
      "metric",
    ];
    const { data } = JSON.parse((await runForTest([...argv, "--json"])).out);
    const found = data.map(({ node, kind }: Record<string, string>) => `${node} ${kind}`);
    expect(found.toSorted()).toEqual(["web-1 missing", "web-2 flatline"]);
    const silent = data.find(({ node }: { node: string }) => node === "web-1");
    expect(silent).toMatchObject({ engine: "absence", label: "trend", severity: "critical" });
    expect(silent.explanation.text).toContain("rps on web-1 stopped reporting");
  });

  it("ends with 3 when something was found, only where asked to", async () => {
    const path = fileOf("web-1.csv", jumping());
    expect((await runForTest(["detect", path, "--exit-code"])).code).toBe(EXIT.found);
    const quiet = fileOf("quiet.csv", jumping(5760).split("\n").slice(0, 5000).join("\n"));
    const argv = ["detect", quiet, "--exit-code", "--threshold", "0.99"];
    expect((await runForTest(argv)).code).toBe(EXIT.ok);
  });

  it("gives JSON and NDJSON as the API words them", async () => {
    const path = fileOf("web-1.csv.gz", gzipSync(jumping()));
    const { data, nodes, summary } = JSON.parse((await runForTest(["detect", path, "--json"])).out);
    expect(data[0]).toMatchObject({
      cluster: "default",
      node: "web-1",
      metric: "value",
      engine: "stream",
      severity: "critical",
      label: "trend",
      kind: "shift_up",
      explanation: { direction: "up" },
    });
    expect(Date.parse(data[0].windowStart)).toBeLessThan(Date.parse(data[0].windowEnd));
    expect(nodes[0]).toMatchObject({ node: "web-1", numMetricsAnalyzed: 1 });
    expect(nodes[0].contributions.map((part: { share: number }) => part.share)).toEqual([1]);
    expect(summary).toMatchObject({ files: 1, points: 5760, series: 1, nodes: 1 });
    const lines = (await runForTest(["detect", path, "--ndjson"])).out.trimEnd().split("\n");
    expect(JSON.parse(lines[0]!)).toEqual(data[0]);
  });

  it("reads standard input and ranks nodes where they have several metrics", async () => {
    const wide = jumping(3000)
      .replaceAll(/,([\d.]+)\n/g, ",$1,5\n")
      .replace("value", "cpu,mem");
    const run = await runForTest(["detect", "-", "--node", "db-7"], { stdin: wide });
    const [header, first] = run.out.split("\n");
    expect(header).toBe("sev\tscore\tnode\tsince\tfor\tmetrics\twhy");
    expect(first).toMatch(/\tdefault\/db-7\t.*\t1\/2\tcpu on db-7 /);
    const metrics = await runForTest(["detect", "-", "--level", "metric"], { stdin: wide });
    expect(metrics.out).toContain("default/stdin/cpu\t");
  });

  it("scores a folder into a folder with the same names, alike on one thread and on several", async () => {
    fileOf("fleet/a.csv", jumping(20_000));
    fileOf("fleet/eu/b.csv.gz", gzipSync(jumping(19_000)));
    fileOf("fleet/c.csv", jumping(18_000));
    fileOf("fleet/notes.txt", "not a csv");
    const out = join(folder, "scores");
    const run = await runForTest(["detect", join(folder, "fleet"), "--scores", out]);
    expect(run.code).toBe(EXIT.ok);
    expect(run.err).toContain("57,000 points of 3 series");
    expect(existsSync(join(out, "notes.txt"))).toBe(false);
    const alone = join(folder, "alone.csv");
    await runForTest(["detect", join(folder, "fleet/a.csv"), "--scores", alone]);
    expect(readFileSync(join(out, "a.csv"), "utf8")).toBe(readFileSync(alone, "utf8"));
    const packed = gunzipSync(readFileSync(join(out, "eu/b.csv.gz"))).toString();
    expect(packed.split("\n")).toHaveLength(3 * 19_000 + 2);
    expect(
      packed.startsWith("timestamp,cluster,node,metric,score,expected,lower,upper,label"),
    ).toBe(true);
  });

  it("names file, line and remedy of a broken row, on threads too, and leaves no half file", async () => {
    const path = fileOf("broken.csv", "timestamp,a,b,c\n1700000000,1,1,1\n1700000060,1,1\n");
    const out = join(folder, "broken-scores.csv");
    const run = await runForTest(["detect", path, "--scores", out]);
    expect(run).toMatchObject({ code: EXIT.error, out: "" });
    expect(run.err).toBe(
      `error: ${path}:3: 3 columns, the header has 4: add the missing value or an empty field\n`,
    );
    expect(existsSync(out)).toBe(false);
    fileOf("mixed/good.csv", jumping(40_000));
    fileOf("mixed/bad.csv", `${jumping(20_000)}x,1\n`);
    const mixed = await runForTest(["detect", join(folder, "mixed")]);
    expect(mixed.code).toBe(EXIT.error);
    expect(mixed.err).toContain('bad.csv:20002: "x" is not a valid time');
  });

  it("refuses what cannot work before it reads anything", async () => {
    const path = fileOf("web-1.csv", jumping(10));
    const unknown = await runForTest(["detect", path, "--engine", "streem"]);
    expect(unknown.err).toContain('no engine is named "streem"; did you mean stream?');
    expect((await runForTest(["detect", path, "--scores", path])).code).toBe(EXIT.usage);
    expect((await runForTest(["detect", join(folder, "none.csv")])).err).toContain("no file or");
    mkdirSync(join(folder, "empty"), { recursive: true });
    expect((await runForTest(["detect", join(folder, "empty")])).err).toContain("no .csv");
  });
});

describe("names in what detect writes", () => {
  it("are no formulas and obey nothing, in the score file and in the table", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => {
      const at = 1_782_900_000 + 60 * i;
      return `=1+1,@n\u202e,-x,${at},${i % 5}\n"+a,b",plain,\u200bm,${at},${i % 3}\n`;
    });
    const path = fileOf("names.csv", `cluster,node,metric,timestamp,value\n${rows.join("")}`);
    const scores = join(folder, "names-out.csv");
    const run = await runForTest(["detect", path, "--scores", scores, "--threshold", "0"]);
    const written = readFileSync(scores, "utf8");
    expect(written).toContain(",'=1+1,'@n\\u{202e},'-x,");
    expect(written).toContain(`,"'+a,b",plain,\\u{200b}m,`);
    for (const text of [written, run.out, run.err]) {
      expect(text.replaceAll(/[\n\t]/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text).not.toMatch(/(^|[\t,])[=+@]/m);
    }
    const lines = await runForTest(["detect", path, "--ndjson", "--threshold", "0"]);
    expect(lines.out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
