import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DAY_MS } from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeWriteRequest, snappy } from "../../packages/server/testing/remote-write-bytes.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const DAYS = 10;
const RETENTION_DAYS = 5;
const NOW = Date.UTC(2026, 5, 15, 12);
const START = NOW - DAYS * DAY_MS;
const POINTS = (DAYS * DAY_MS) / STEP_MS;
const NODES = ["n0", "n1", "n2"];
/** Midnight before NOW - RETENTION_DAYS. */
const KEPT_FROM = Date.UTC(2026, 5, 10);
const DAMAGED_DAY = "2026-06-13";
/** Where 0 is the honest answer at rest. */
const MAY_BE_ZERO = [
  "foreshock_decoders_lost_total",
  "foreshock_findings_open",
  "foreshock_http_connections_ended",
  "foreshock_http_unsent_bytes",
  "foreshock_memory_tight",
  "foreshock_queue_depth",
  "foreshock_store_disk_changes_total",
  "foreshock_tenant_strikes_total",
  "foreshock_thread_stalls_total",
];

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly time: string;
  readonly [fact: string]: unknown;
}

describe("what operators see", () => {
  let dataDir: string;
  let server: TestServer;
  let tokens: string[];
  const lines: string[] = [];

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "foreshock-operators-"));
    const first = await startTestServer({ tenants: ["acme"], dataDir, now: () => NOW });
    for (let day = 0; day < DAYS; day++) {
      expect((await first.post("acme", "/ingest", { series: seriesOf(day) })).status).toBe(200);
    }
    await first.running.platform.settled();
    await first.close();
    flipChunk(dataDir);
    server = await startTestServer({
      tenants: ["acme"],
      dataDir,
      now: () => NOW + 60_000,
      retentionDays: RETENTION_DAYS,
      logTo: { write: (line) => lines.push(line) },
    });
    tokens = [...Object.values(server.keys("acme")), server.operatorKey];
    await live(server);
  });

  afterAll(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("have no metric that is never written", async () => {
    const families = familiesOf(await scrape());
    expect(families.size).toBeGreaterThan(10);
    for (const [name, values] of families) {
      expect(values.length, `${name} has a sample`).toBeGreaterThan(0);
      if (MAY_BE_ZERO.includes(name)) continue;
      expect(Math.max(...values), `${name} has moved from zero`).toBeGreaterThan(0);
    }
  });

  it("count what happened: damage, deleted days, points scored and refused, bytes", async () => {
    const text = await scrape();
    expect(text).toContain('foreshock_store_damage_total{kind="chunk"} 1');
    expect(text).toContain('foreshock_store_damage_total{kind="head"} 0');
    expect(text).toContain(`foreshock_retention_days_dropped_total ${DAYS - RETENTION_DAYS}`);
    expect(text).toMatch(/foreshock_points_scored_total\{engine="\w+"\} 3\n/);
    expect(text).toContain('foreshock_ingest_rejected_samples_total{reason="future"} 2');
    for (const tier of ["log", "days", "fleet", "control"]) {
      expect(
        Number(new RegExp(`store_bytes{tier="${tier}"} (\\d+)`).exec(text)?.[1]),
      ).toBeGreaterThan(1000);
    }
  });

  it("are told of damage by /readyz, and that the server serves all the same", async () => {
    const reply = await fetch(`${server.url}/readyz`);
    expect(reply.status).toBe(200);
    expect(await reply.text()).toBe("ready\ndamaged items since the start: 1, see the log\n");
  });

  it("read the kept days without what was lost, and nothing of the deleted ones", async () => {
    const { at, nodes } = await readAll(server);
    expect(at[0]).toBe(KEPT_FROM);
    expect(nodes).toEqual(NODES);
    const [damage] = linesOf("stored data damaged");
    const kept = (NOW - KEPT_FROM) / STEP_MS + 1;
    expect(at.length).toBe(kept - (damage!.points as number));
    const scores = await server.get("acme", `/scores?from=${START}&to=${NOW}&level=node`);
    const { times, score } = scores;
    const known = times.filter((_: number, i: number) =>
      NODES.some((_, n) => score[n * times.length + i] !== null),
    );
    expect(times[0]).toBeLessThan(KEPT_FROM);
    expect(known.length).toBeGreaterThan(1000);
    expect(known[0]).toBeGreaterThanOrEqual(KEPT_FROM);
  });

  it("come up again after the days are gone, with the same answers; every line can be parsed", async () => {
    const before = await readAll(server);
    await server.running.close("SIGTERM");
    const again = await startTestServer({ tenants: ["acme"], dataDir, now: () => NOW });
    expect(await readAll(again)).toEqual(before);
    await again.close();

    for (const line of lines) {
      expect(line.endsWith("\n") && line.trimEnd().includes("\n")).toBe(false);
      for (const token of tokens) expect(line).not.toContain(token.slice(20));
    }
    const [started] = linesOf("started");
    expect(started).toMatchObject({ level: "info", dataDir, partitions: 4, series: NODES.length });
    expect(started!.version).toMatch(/^\d/);
    expect(started!.port).toBe(Number(new URL(server.url).port));
    expect(started!.seconds).toBeGreaterThan(0);
    expect(linesOf("stopped")).toMatchObject([{ level: "info", signal: "SIGTERM" }]);
    expect(linesOf("checkpoint saved")[0]).toMatchObject({ level: "info", ms: expect.any(Number) });
    expect(linesOf("stored data damaged")).toMatchObject([
      {
        level: "error",
        item: "chunk",
        tenantId: "acme",
        seriesId: expect.stringMatching(/^srs_/),
        range: { startMs: expect.any(Number), endMs: expect.any(Number) },
      },
    ]);
    expect(linesOf("old days deleted")).toMatchObject([{ days: DAYS - RETENTION_DAYS }]);
    expect(linesOf("points refused")).toMatchObject([
      { level: "warn", tenant: "acme", reason: "future", points: 1, batches: 1 },
      { level: "warn", tenant: "acme", reason: "future", points: 1, batches: 1 },
    ]);
  });

  function linesOf(sentence: string): Line[] {
    return lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === sentence);
  }

  async function scrape(): Promise<string> {
    const reply = await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${server.operatorKey}` },
    });
    return reply.text();
  }
});

/** A little of everything: points, remote write, refused points, a read of it all, retention, a checkpoint. */
async function live(server: TestServer): Promise<void> {
  const points = [
    [NOW, 50],
    [NOW + DAY_MS, 1],
  ];
  const series = [{ cluster: "eu", node: "n0", metric: "cpu", points }];
  for (let k = 0; k < 2; k++) await server.post("acme", "/ingest", { series });
  const labels = { __name__: "cpu", cluster: "eu", instance: "n1" };
  const written = await fetch(`${server.url}/api/v1/write`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${server.keys("acme").ingest}`,
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
    },
    body: new Uint8Array(
      snappy(
        encodeWriteRequest([
          { labels, samples: [{ atMs: NOW, value: 51 }], exemplars: 1, histograms: 1 },
        ]),
      ),
    ),
  });
  expect(written.status).toBe(204);
  const last = [{ cluster: "eu", node: "n2", metric: "cpu", points: [[NOW, 50]] }];
  await server.post("acme", "/ingest", { series: last });
  await server.running.platform.settled();
  await readAll(server);
  await server.running.retention.run();
  await server.running.platform.checkpoint();
}

/** Reads every series: the times of the shortest one, and all nodes. */
async function readAll(server: TestServer): Promise<{ at: number[]; nodes: string[] }> {
  const { data } = await server.get("acme", "/series?metric=cpu");
  let shortest: number[] | undefined;
  for (const { id } of data) {
    const path = `/series/${id}/points?from=${START}&to=${NOW + 1}&maxPoints=20000`;
    const chart = await server.get("acme", path);
    const { at } = chart.columns;
    if (shortest === undefined || at.length < shortest.length) shortest = at;
  }
  return { at: shortest ?? [], nodes: data.map(({ node }: { node: string }) => node).sort() };
}

function seriesOf(day: number) {
  return NODES.map((node, n) => ({
    cluster: "eu",
    node,
    metric: "cpu",
    points: Array.from({ length: POINTS / DAYS }, (_, i) => {
      const point = (day * POINTS) / DAYS + i;
      return [START + point * STEP_MS, 50 + 20 * Math.sin(point / 46) + ((point * (n + 3)) % 11)];
    }),
  }));
}

/** Flips one bit of one chunk of one day in the file itself. */
function flipChunk(dataDir: string): void {
  for (const partition of readdirSync(dataDir).filter((name) => /^p\d$/.test(name))) {
    const file = join(dataDir, partition, `${DAMAGED_DAY}.db`);
    try {
      readFileSync(file);
    } catch {
      continue;
    }
    const db = new DatabaseSync(file);
    const row = db.prepare("SELECT data FROM chunk ORDER BY series_id, t0_ms LIMIT 1").get();
    db.close();
    const bytes = readFileSync(file);
    const at = bytes.indexOf(row!.data as Uint8Array);
    expect(at).toBeGreaterThan(0);
    bytes[at + 20]! ^= 4;
    writeFileSync(file, bytes);
    return;
  }
  throw new Error(`no file of ${DAMAGED_DAY}`);
}

/** Values of each of our families; of a histogram its count. */
function familiesOf(text: string): Map<string, number[]> {
  const families = new Map<string, number[]>();
  let family = "";
  for (const line of text.split("\n")) {
    const [, named] = /^# TYPE (foreshock_\w+) /.exec(line) ?? [];
    if (named !== undefined) {
      family = named;
      families.set(family, []);
      continue;
    }
    const [, name, value] = /^(foreshock_\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name === family || name === `${family}_count`) families.get(family)!.push(Number(value));
  }
  return families;
}
