import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MINUTE_MS } from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runForTest } from "../../../testing/testing-io.ts";
import { readCsvTable } from "../../files/csv-table.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { pivotClusters } from "./pivot.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-rank-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const START_MS = Date.UTC(2026, 6, 1);

/** Two clusters of three nodes, a day of minutes; eu/b goes wrong for the last ten, us never. */
function fleet(): string {
  const lines = ["cluster,node,metric,timestamp,value"];
  for (let i = 0; i < 1440; i++) {
    for (const [c, cluster] of ["eu", "us"].entries()) {
      for (const [n, node] of ["a", "b", "c"].entries()) {
        const noise = Math.sin(78.233 * (i * 7 + c * 3 + n)) * 43758.5453;
        const odd = cluster === "eu" && node === "b" && i >= 1430 ? 40 : 0;
        const at = START_MS + i * MINUTE_MS;
        const wobble = noise - Math.floor(noise);
        lines.push(`${cluster},${node},cpu,${at},${(30 + wobble + odd).toFixed(3)}`);
        lines.push(`${cluster},${node},rps,${at},${(200 + 5 * wobble - 3 * odd).toFixed(3)}`);
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("foreshock rank", () => {
  const range = ["--from", "2026-07-01 23:50:00", "--to", "2026-07-02 00:00:00"];

  it("names the node, its cluster first, and the metrics", async () => {
    const path = fileOf("fleet.csv", fleet());
    const nodes = JSON.parse((await runForTest(["rank", path, ...range, "--json"])).out).data;
    expect(nodes).toHaveLength(6);
    expect(nodes[0]).toMatchObject({ cluster: "eu", node: "b" });
    expect(nodes[0].score).toBeGreaterThan(0.9);
    expect(nodes[1].score).toBeLessThan(nodes[0].score / 2);
    expect(nodes[0].onset).toBe("2026-07-01T23:50:00.000Z");
    expect(nodes[0].metrics.map(({ metric }: { metric: string }) => metric).toSorted()).toEqual([
      "cpu",
      "rps",
    ]);
    expect(nodes[0].metrics[0].share + nodes[0].metrics[1].share).toBeCloseTo(1, 5);
    const argv = ["rank", path, ...range, "--level", "metric", "--json=node,metric"];
    const metrics = JSON.parse((await runForTest(argv)).out);
    expect(
      metrics
        .slice(0, 2)
        .map(({ metric }: { metric: string }) => metric)
        .toSorted(),
    ).toEqual(["cpu", "rps"]);
    expect(metrics.slice(0, 2).map(({ node }: { node: string }) => node)).toEqual(["b", "b"]);
  });

  it("looks at nothing at or after the end of the range", async () => {
    const before = fleet();
    const end = START_MS + 1440 * MINUTE_MS;
    const later = `eu,new-node,cpu,${end},1\neu,a,cpu,${end + MINUTE_MS},99999\n`;
    const one = await runForTest(["rank", fileOf("one.csv", before), ...range, "--json"]);
    const two = await runForTest(["rank", fileOf("two.csv", before + later), ...range, "--json"]);
    expect(two.out).toBe(one.out);
  });

  it("weighs a leaf down that only one caller sees", async () => {
    const path = fileOf("fleet.csv", fleet());
    const graph = fileOf("calls.csv", "caller,callee\na,b\n");
    const plain = JSON.parse((await runForTest(["rank", path, ...range, "--json"])).out).data;
    const argv = ["rank", path, ...range, "--graph", graph, "--json"];
    const weighed = JSON.parse((await runForTest(argv)).out).data;
    const valueOfB = (rows: { cluster: string; node: string; value: number }[]) =>
      rows.find(({ cluster, node }) => cluster === "eu" && node === "b")!.value;
    expect(valueOfB(weighed)).toBeCloseTo(0.5 * valueOfB(plain), 4);
  });

  it("prints a table and says whether the range is unusual at all", async () => {
    const path = fileOf("fleet.csv", fleet());
    const run = await runForTest(["rank", path, ...range, "-n", "2"]);
    expect(run.out.split("\n")[0]).toBe("sev\tscore\tvalue\tsince\tcluster\tnode\tmetrics");
    expect(run.out.split("\n")).toHaveLength(4);
    expect(run.err).toContain("unusual for this cluster");
    const empty = ["rank", path, "--from", "2020-01-01", "--to", "2020-01-02"];
    expect((await runForTest(empty)).err).toContain("check --from and --to");
  });

  it("reports what the data did as well as what the nodes did: a metric that changed its meaning is not a root", async () => {
    const lines = ["cluster,node,metric,timestamp,value"];
    for (let i = 0; i < 60; i++) {
      for (const [n, node] of ["a", "b", "c"].entries()) {
        const at = START_MS + i * MINUTE_MS;
        lines.push(`eu,${node},up_share,${at},${i >= 50 && node !== "c" ? 100 : 0}`);
        lines.push(`eu,${node},cpu,${at},${30 + Math.sin(i * (n + 1)) + (i >= 50 ? 4 * n : 0)}`);
      }
    }
    const path = fileOf("changed.csv", `${lines.join("\n")}\n`);
    const hour = ["--from", "2026-07-01 00:50:00", "--to", "2026-07-01 01:00:00"];
    const run = await runForTest(["rank", path, ...hour, "--json"]);
    const { data, dataQuality } = JSON.parse(run.out);
    expect(data[0].node).toBe("c");
    expect(dataQuality).toMatchObject([{ cluster: "eu", metric: "up_share", nodes: ["a", "b"] }]);
    const table = await runForTest(["rank", path, ...hour]);
    expect(table.err).toContain("data quality, eu: up_share was 0 all through the history");
  });

  it("refuses a call graph with an unnamed end, and one that is not there, and says what to do", async () => {
    const path = fileOf("fleet.csv", fleet());
    const graph = fileOf("half.csv", "caller,callee\na,b\na,\n");
    const half = await runForTest(["rank", path, ...range, "--graph", graph]);
    expect(half.code).toBe(EXIT.error);
    expect(half.err).toContain("half.csv:3: a call without caller or callee");
    expect(half.err).toContain("name both nodes");
    const none = await runForTest(["rank", path, ...range, "--graph", join(folder, "no.csv")]);
    expect(none.code).toBe(EXIT.error);
    expect(none.err).toContain("no.csv");
    expect(none.err).toContain("--graph takes a CSV");
    const empty = await runForTest(["rank", path, ...range, "--graph", fileOf("empty.csv", "")]);
    expect(empty.code).toBe(EXIT.error);
    expect(empty.err).toContain("an empty file: begin the file with the line `caller,callee`");
  });

  it("says when no node of the call graph is in the file", async () => {
    const path = fileOf("fleet.csv", fleet());
    const graph = fileOf("strangers.csv", "caller,callee\nx,y\ny,z\n");
    const run = await runForTest(["rank", path, ...range, "--graph", graph]);
    expect(run.code).toBe(EXIT.ok);
    expect(run.err).toContain("none of the nodes of the call graph is in the file");
  });

  it("refuses a call graph without its columns", async () => {
    const path = fileOf("fleet.csv", fleet());
    const graph = fileOf("wrong.csv", "from,to\na,b\n");
    const run = await runForTest(["rank", path, ...range, "--graph", graph]);
    expect(run.code).toBe(EXIT.error);
    expect(run.err).toContain("wrong.csv:1: no columns caller and callee");
  });
});

describe("pivotClusters", () => {
  it("puts metrics side by side in order of appearance; of two values at one instant the later row's counts", async () => {
    const text =
      "cluster,node,metric,timestamp,value\n" +
      "eu,b,cpu,1700000060,1\neu,a,cpu,1700000000,2\nus,z,cpu,1700000000,7\n" +
      "eu,b,cpu,1700000060,3\neu,b,cpu,1700000060,\neu,a,mem,1700000120,\neu,a,cpu,1700000180,9\n";
    async function* bytes() {
      yield Buffer.from(text);
    }
    const table = await readCsvTable({ name: "x.csv", bytes: bytes() }, {});
    const [eu, us] = pivotClusters(table, 1_700_000_180_000);
    expect(eu!.columns.map(({ nodeId, metricName }) => `${nodeId}/${metricName}`)).toEqual([
      "b/cpu",
      "a/cpu",
      "a/mem",
    ]);
    expect([...eu!.timestampsMs]).toEqual([1_700_000_000_000, 1_700_000_060_000]);
    expect(eu!.values.map((column) => [...column])).toEqual([
      [Number.NaN, 3],
      [2, Number.NaN],
      [Number.NaN, Number.NaN],
    ]);
    expect(us!.cluster).toBe("us");
  });
});
