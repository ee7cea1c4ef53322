import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partitionOf } from "../../packages/server/src/partition/partition-of.ts";
import { fleetFileOf, shardOfTenant } from "../../packages/server/src/store/fleet/fleet-shards.ts";
import { type SmallFleet, seriesOf } from "../tooling/small-fleet.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const DAYS = 8;
const PER_DAY = 86_400_000 / STEP_MS;
const COUNT = DAYS * PER_DAY;
const NOW = Date.UTC(2026, 5, 15, 12);
const START = NOW - COUNT * STEP_MS;
const PAST = { node: "node-3", from: COUNT - 200, to: COUNT - 152 };
/** Goes on until the end: its finding is open. */
const PRESENT = { node: "node-1", from: COUNT - 24, to: Number.POSITIVE_INFINITY };
const FLEET: SmallFleet = {
  startMs: START,
  stepMs: STEP_MS,
  nodes: Array.from({ length: 6 }, (_, n) => `node-${n}`),
  metrics: ["cpu_usage", "load1", "latency_ms", "net_rx"],
  faults: [PAST, PRESENT],
};

interface Row {
  readonly id: string;
  readonly node: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly contributions: readonly Part[];
}

interface Part {
  readonly node: string;
  readonly metric: string;
  readonly seriesId: string;
  readonly share: number;
}

describe("stored findings", () => {
  const folder = mkdtempSync(join(tmpdir(), "foreshock-findings-"));
  const original = join(folder, "original");
  let before: Row[] = [];

  beforeAll(async () => {
    const server = await start(original);
    // A start deals the fold's numbers partition by partition: the first time it is the other way round.
    const first = seriesOf(FLEET, 0, 1).sort(
      (a, b) => numberOfOwner(b.node) - numberOfOwner(a.node),
    );
    for (const series of first) {
      expect((await server.post("acme", "/ingest", { series: [series] })).status).toBe(200);
      await server.running.platform.settled();
    }
    for (let day = 0; day < DAYS; day++) {
      const series = seriesOf(FLEET, day * PER_DAY, (day + 1) * PER_DAY);
      expect((await server.post("acme", "/ingest", { series })).status).toBe(200);
    }
    await server.running.platform.settled();
    before = await findingsOf(server);
    await server.close();
    expect(before.find(({ node }) => node === PAST.node)?.closedAt).toEqual(expect.any(String));
    expect(before.find(({ node }) => node === PRESENT.node)?.closedAt).toBeNull();
    for (const { node, contributions } of before) {
      expect(contributions.length).toBeGreaterThanOrEqual(3);
      for (const part of contributions) expect(part.node).toBe(node);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("name the same metrics after the fold's state is lost and its numbers are dealt again", async () => {
    const dataDir = copy("lost-state");
    changeFleet(dataDir, (db) => db.exec("UPDATE fleet_piece SET data = x'00'"));
    const server = await start(dataDir);
    try {
      const after = await findingsOf(server);
      expect(after.map(metricsOf)).toEqual(before.map(metricsOf));
      expect(after.filter(isClosed)).toEqual(before.filter(isClosed));
    } finally {
      await server.close();
    }
  });

  it("of version 0.1.0 name the same metrics, whether the fold that wrote them can be read or not", async () => {
    const dataDir = copy("old-format");
    changeFleet(dataDir, (db) => toOldFormat(db, before));
    const server = await start(dataDir);
    const read = await findingsOf(server);
    await server.close();
    expect(read.map(metricsOf)).toEqual(before.map(metricsOf));

    const lost = copy("old-format-lost");
    changeFleet(lost, (db) => {
      toOldFormat(db, before);
      db.exec("UPDATE fleet_state SET data = x'00'");
    });
    const other = await start(lost);
    const unnamed = await findingsOf(other);
    await other.close();
    // Nobody can say what the old numbers meant, but the points are folded again.
    expect(unnamed.map(metricsOf)).toEqual(before.map(metricsOf));
  });

  it("are listed without the metrics of a partition that is gone", async () => {
    const dataDir = copy("lost-partition");
    const partition = partitionOf("acme", "eu", PRESENT.node, 4);
    rmSync(join(dataDir, `p${partition}`), { recursive: true });
    const server = await start(dataDir);
    try {
      const after = await findingsOf(server);
      expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      const open = after.find(({ node }) => node === PRESENT.node);
      expect(open?.contributions).toEqual([]);
      expect(after.filter(isClosed)).toEqual(before.filter(isClosed));
    } finally {
      await server.close();
    }
  });

  it("are listed without the one metric that is not known, and with the rest", async () => {
    const dataDir = copy("lost-series");
    changeFleet(dataDir, (db) => {
      for (const { id, payload } of stored(db)) {
        if (payload.finding.nodeId !== PRESENT.node) continue;
        payload.finding.contributions[0]!.seriesId = "srs_00000000000000000000";
        put(db, id, payload);
      }
    });
    const server = await start(dataDir);
    try {
      const open = (await findingsOf(server)).find(({ node }) => node === PRESENT.node);
      const known = before.find(({ node }) => node === PRESENT.node)!.contributions;
      expect(open?.contributions.length).toBe(known.length - 1);
      const shares = open!.contributions.map(({ share }) => share);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    } finally {
      await server.close();
    }
  });

  function copy(name: string): string {
    const dataDir = join(folder, name);
    cpSync(original, dataDir, { recursive: true });
    return dataDir;
  }
});

function start(dataDir: string): Promise<TestServer> {
  return startTestServer({ tenants: ["acme"], now: () => NOW, dataDir, hostHere: true });
}

async function findingsOf(server: TestServer): Promise<Row[]> {
  const { data } = await server.get("acme", `/findings?from=${START}&to=${NOW + STEP_MS}`);
  return data.filter(({ openedAt }: Row) => Date.parse(openedAt) >= START + PAST.from * STEP_MS);
}

/** Partitions in the order in which their owners tell what they hold. */
function numberOfOwner(node: string): number {
  const partition = partitionOf("acme", "eu", node, 4);
  return 2 * (partition % 2) + partition / 4;
}

function isClosed({ closedAt }: Row): boolean {
  return closedAt !== null;
}

function metricsOf({ id, contributions }: Row) {
  return { id, metrics: contributions.map(({ node, metric }) => `${node} ${metric}`).sort() };
}

/** As version 0.1.0 wrote them: one value for the fold, contributions by its numbers, nothing explained. */
function toOldFormat(db: DatabaseSync, rows: readonly Row[]): void {
  const series = names(db, 4) as [metric: string, node: number][];
  const nodes = names(db, 3) as [node: string, cluster: number][];
  const numberOf = (node: string, metric: string) =>
    series.findIndex(([name, number]) => name === metric && nodes[number]![0] === node);
  const named = new Map(
    rows.flatMap(({ contributions }) => contributions.map((part) => [part.seriesId, part])),
  );
  for (const { id, payload } of stored(db)) {
    const { contributions, ...rest } = payload.finding;
    const numbered = contributions.flatMap(({ seriesId, p, share }) => {
      const part = named.get(seriesId);
      return part === undefined ? [] : [{ series: numberOf(part.node, part.metric), p, share }];
    });
    put(db, id, { ...rest, contributions: numbered });
  }
  const { upto_ms: uptoMs } = db.prepare("SELECT upto_ms FROM fleet_save").get()!;
  db.exec("DROP TABLE fleet_piece; DROP TABLE fleet_save; DROP TABLE score_block");
  const data = oldState({
    clusterIds: ["eu"],
    nodeIds: nodes.map(([node]) => node),
    nodeCluster: nodes.map(([, cluster]) => cluster),
    metricNames: series.map(([metric]) => metric),
    seriesNode: series.map(([, node]) => node),
  });
  db.prepare("INSERT INTO fleet_state VALUES ('acme', 'fold', ?, '', 0, ?)").run(uptoMs!, data);
  db.exec("PRAGMA user_version = 3");
}

/** Names by number, from the pieces of the saved fold. */
function names(db: DatabaseSync, kind: number): unknown[] {
  const rows = db.prepare("SELECT data FROM fleet_piece WHERE kind = ? ORDER BY chunk").all(kind);
  return rows.flatMap(({ data }) => JSON.parse(new TextDecoder().decode(data as Uint8Array)));
}

/** A fold as formats up to 3 began: seals, lengths, the header of the silences, and that of the fleet. */
function oldState(header: Record<string, unknown>): Uint8Array {
  const silence = Buffer.from("{}");
  const text = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.from(Uint32Array.of(silence.length, 14 + text.length).buffer);
  const textLength = Buffer.from(Float64Array.of(text.length).buffer);
  const seal = Buffer.alloc(6);
  return Buffer.concat([seal, lengths, silence, seal, textLength, text]);
}

interface Payload {
  readonly finding: Finding;
  readonly explanation?: unknown;
}

interface Finding {
  nodeId?: string;
  contributions: { seriesId: string; p: number; share: number }[];
}

function changeFleet(dataDir: string, change: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(fleetFileOf(dataDir, shardOfTenant("acme")));
  change(db);
  db.close();
}

function stored(db: DatabaseSync): { id: string; payload: Payload }[] {
  return db
    .prepare("SELECT id, payload FROM finding")
    .all()
    .map(({ id, payload }) => ({ id: String(id), payload: JSON.parse(String(payload)) }));
}

function put(db: DatabaseSync, id: string, payload: unknown): void {
  db.prepare("UPDATE finding SET payload = ? WHERE id = ?").run(JSON.stringify(payload), id);
}
