import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MINUTE_MS } from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openRealServer, type RealServer } from "../../testing/real-server.ts";
import { runForTest } from "../../testing/testing-io.ts";
import { TenantHost } from "../host/tenant-host.ts";
import { EXIT } from "./terminal/exit-code.ts";

let server: RealServer;
let url = "";
let key = "";
let folder = "";

beforeAll(async () => {
  server = await openRealServer();
  url = await server.app.listen({ port: 0, host: "127.0.0.1" });
  key = server.key("manage", "acme");
  folder = mkdtempSync(join(tmpdir(), "foreshock-cli-"));
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(argv: readonly string[], terminal = false) {
  const env = { FORESHOCK_URL: url, FORESHOCK_KEY: key };
  return runForTest(argv, { env, terminal, now: () => server.clock.nowMs });
}

/** Two nodes, three hours of minutes up to now; cpu of node-042 jumps in the last five. */
function fleetCsv(): string {
  const lines = ["cluster,node,metric,timestamp,value"];
  for (let i = 180; i >= 1; i--) {
    const at = server.clock.nowMs - i * MINUTE_MS;
    for (const node of ["node-042", "node-043"]) {
      const odd = node === "node-042" && i <= 5 ? 60 : 0;
      lines.push(`eu,${node},cpu,${at},${30 + (i % 4) + odd}`, `eu,${node},mem,${at},${i % 3}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("foreshock import, top and why against a server", () => {
  it("sends every point of a file and says how many", async () => {
    const result = await run(["import", fileOf("fleet.csv", fleetCsv())]);
    expect(result).toMatchObject({ code: EXIT.ok, out: "720 points of 1 file stored\n" });
    await server.settled();
    expect((await server.platform.forTenant("acme").summary()).points).toBe(720);
  });

  it("ranks who misbehaves, worst first, for people, scripts and programs", async () => {
    const table = await run(["top", "node", "--no-color"], true);
    expect(table.out).toMatch(/^SEV +SCORE +NODE +SINCE +METRICS +WHY\n\w+ +\d+ +eu\/node-042 /);
    const lines = (await run(["top"])).out.trimEnd().split("\n");
    expect(lines[0]).toBe("sev\tscore\tnode\tsince\tmetrics\twhy");
    expect(lines).toHaveLength(3);
    const metrics = (await run(["top", "metric"])).out.trimEnd().split("\n");
    expect(metrics[0]).toBe("sev\tscore\tmetric\tsince\tshare\twhy");
    const rows = JSON.parse((await run(["top", "-n", "1", "--json=path,severity"])).out);
    expect(rows).toMatchObject([{ path: "eu/node-042" }]);
    expect(Object.keys(rows[0])).toEqual(["path", "severity"]);
  });

  it("says which tenant, to those who see several: the worst first, with its place", async () => {
    const operator = server.key("operator", null);
    const table = await run(["top", "tenant", "--key", operator]);
    const [head, ...rows] = table.out.trimEnd().split("\n");
    expect(head).toBe("sev\tscore\ttenant\tfindings\tnodes\tsince\tworst\twhy");
    expect(rows.map((row) => row.split("\t")[2])).toEqual(["acme", "globex"]);
    expect(rows[0]).toMatch(/\t1\/2\t\d\d:\d\d\teu\/node-042\tcpu/);
    expect(rows[1]).toContain("no points are judged yet");
    const own = JSON.parse((await run(["top", "tenant", "--json=path,openFindings"])).out);
    expect(own.map(({ path }: { path: string }) => path)).toEqual(["acme"]);
    const named = await run(["top", "tenant", "--key", operator, "--tenant", "globex"]);
    expect(named.out).not.toContain("acme");
  });

  it("looks again and again with --watch until interrupted", async () => {
    const abort = new AbortController();
    const env = { FORESHOCK_URL: url, FORESHOCK_KEY: key };
    const watching = runForTest(["top", "--watch", "0.05"], { env, signal: abort.signal });
    setTimeout(() => abort.abort(), 1000);
    const result = await watching;
    expect(result.code).toBe(EXIT.interrupted);
    expect(result.out.split("sev\tscore\tnode").length).toBeGreaterThan(2);
    expect(result.err).not.toContain("error");
  });

  it("says why: sentence, line of values, evidence", async () => {
    const story = await run(["why", "eu/node-042/cpu", "--no-color"], true);
    expect(story.code).toBe(EXIT.ok);
    expect(story.out).toMatch(/^eu\/node-042\/cpu {2}(moderate|major|critical) \d\d\n/);
    expect(story.out).toMatch(/[\u2581-\u2588]{10}/);
    expect(story.out).toContain("evidence");
    const json = JSON.parse((await run(["why", "node-042", "--json"])).out);
    expect(json.anomaly).toMatchObject({ node: "node-042", metric: "cpu" });
    const byId = JSON.parse((await run(["why", json.anomaly.id, "--json"])).out);
    expect(byId.anomaly.id).toBe(json.anomaly.id);
  });

  it("says so where nothing is unusual", async () => {
    const story = await run(["why", "eu/node-043/mem"]);
    expect(story).toMatchObject({ code: EXIT.ok });
    expect(story.out).toContain("nothing unusual since now-24h");
  });

  it("ends with 5 and the names that were meant", async () => {
    const node = await run(["why", "eu/node-04"]);
    expect(node).toMatchObject({ code: EXIT.notFound, out: "" });
    expect(node.err).toBe('error: no node "node-04" in eu. Did you mean node-042, node-043?\n');
    const metric = await run(["why", "eu/node-042/cpus"]);
    expect(metric.err).toContain('no metric "cpus" on eu/node-042. Did you mean cpu?');
    expect((await run(["why", "us"])).err).toContain('no cluster, node or id "us"');
  });

  it("ends with 4 for a wrong key and 6 where nothing answers", async () => {
    const refused = await run(["top", "--key", `fsk_ro_${"0".repeat(36)}`]);
    expect(refused.code).toBe(EXIT.auth);
    const argv = ["top", "--url", "http://127.0.0.1:1", "--timeout", "0.2"];
    expect((await run(argv)).code).toBe(EXIT.unreachable);
    expect((await run(["top", "--url", "nowhere"])).code).toBe(EXIT.usage);
  });

  it("names what was refused and why, and ends with 1", async () => {
    const future = `timestamp,value\n${server.clock.nowMs + 60 * MINUTE_MS},1\n`;
    const result = await run(["import", fileOf("future.csv", future)]);
    expect(result.code).toBe(EXIT.error);
    expect(result.err).toContain(
      "1 point refused (default/future/value): more than 10 minutes ahead of the server's clock",
    );
  });

  it("sends the oldest points first over all series and files, however they are ordered", async () => {
    const nowMs = server.clock.nowMs;
    const rows = (node: string, from: number, to: number): string => {
      const steps = Array.from({ length: to - from }, (_, i) => nowMs - (to - i) * MINUTE_MS);
      return steps.map((at) => `eu,${node},cpu,${at},1`).join("\n");
    };
    const header = "cluster,node,metric,timestamp,value";
    const one = fileOf("one.csv", `${header}\n${rows("a", 0, 600)}\n${rows("b", 0, 600)}\n`);
    const two = fileOf("two.csv", `${header}\n${rows("c", 600, 60_000)}\n${rows("c", 0, 600)}\n`);
    const sent: Float64Array[] = [];
    const original = TenantHost.prototype.ingest;
    const ingest = vi.spyOn(TenantHost.prototype, "ingest").mockImplementation(function (
      this: TenantHost,
      tenantId,
      batch,
      whenOver,
    ) {
      sent.push(batch.timestampsMs.slice());
      return original.call(this, tenantId, batch, whenOver);
    });
    const { out } = await run(["import", one, two]);
    ingest.mockRestore();
    expect(out).toBe("61,200 points of 2 files stored\n");
    expect(sent.length).toBeGreaterThan(1);
    for (let k = 1; k < sent.length; k++) {
      expect(Math.max(...sent[k - 1]!)).toBeLessThanOrEqual(Math.min(...sent[k]!));
    }
  });

  it("shows names that a terminal or a spreadsheet would obey as what they are", async () => {
    const at = server.clock.nowMs;
    const names = ["=1+1", "a\u202eb\u200bc"];
    const series = names.map((name) => ({
      ...{ cluster: name, node: name, metric: "=cmd" },
      points: Array.from({ length: 90 }, (_, i) => [
        at - (90 - i) * MINUTE_MS,
        i < 85 ? i % 3 : 99,
      ]),
    }));
    await server.app.inject({
      method: "POST",
      url: "/api/v1/ingest",
      headers: { authorization: `Bearer ${key}` },
      payload: { series },
    });
    await server.settled();
    const table = await run(["top", "node", "-n", "50", "--no-color"], true);
    const lines = await run(["top", "node", "-n", "50"]);
    const json = await run(["top", "node", "-n", "50", "--json"]);
    const story = await run(["why", `${names[1]}/${names[1]}`, "--no-color"], true);
    const unknown = await run(["why", `${names[1]}/nothing`]);
    const shown = "a\\u{202e}b\\u{200b}c";
    for (const { out, err } of [table, lines, json, story, unknown]) {
      expect((out + err).replaceAll("\n", "").replaceAll("\t", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(table.out).toContain(`${shown}/${shown}`);
    expect(lines.out).toMatch(/\t'=1\+1\/=1\+1\t/);
    expect(JSON.parse(json.out).data.map((row: { node: string }) => row.node)).toContain(names[1]);
    expect(story.out).toContain(`${shown}/${shown}`);
    expect(unknown.err).toContain(`no node "nothing" in ${shown}`);
  });

  it("stops at a broken row and names it", async () => {
    const result = await run([
      "import",
      fileOf("broken.csv", "timestamp,value\n1764000000,1\n2\n"),
    ]);
    expect(result).toMatchObject({ code: EXIT.error, out: "" });
    expect(result.err).toContain("broken.csv:3: 1 columns, the header has 2");
  });
});
