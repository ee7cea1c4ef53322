import { MINUTE_MS } from "@foreshock/core/fold";
import { expect, it } from "vitest";
import { NOON } from "../../../../testing/real-platform.ts";
import { openRealServer, type RealServer } from "../../../../testing/real-server.ts";
import { encodeWriteRequest, snappy } from "../../../../testing/remote-write-bytes.ts";

const DAY = 1440;
const MINUTES = 2.5 * DAY;
const START = NOON - MINUTES * MINUTE_MS;
const RELEASE_EVERY = 720;
const PODS = 6;
const METRICS = ["cpu", "mem"];
const FREE = {
  pointsPerSecond: 1e9,
  pointsBurst: 1e9,
  queryRequestsPerSecond: 1e6,
  ingestRequestsPerSecond: 1e6,
};
const TENANTS = ["plain", "marked-5", "marked-60"] as const;
type Tenant = (typeof TENANTS)[number];

/** Something that lives from one minute to before another. */
interface Life {
  readonly node: string;
  readonly from: number;
  readonly to: number;
}

const KEYS = new Map<Tenant, string>();
const LIVES = [...livesOfPods(), ...["db-0", "db-1", "db-2"].map(whole)];

it("pods that a release replaces one by one are no finding, with markers or without, in batches of any size", async () => {
  const server = await openRealServer({ tenants: TENANTS, limits: FREE });
  await feedJson(server, "plain", 5);
  await feedWrite(server, "marked-5", 5);
  await feedWrite(server, "marked-60", 60);
  const range = `from=${START}&to=${NOON}`;
  expect(LIVES.length).toBe(3 + 5 * PODS);
  for (const tenant of TENANTS) {
    expect((await get(server, tenant, `/findings?${range}`)).data, tenant).toEqual([]);
    // Those that left are known, and are not counted among those that live.
    const summary = await get(server, tenant, "/summary");
    expect([summary.nodes, summary.nodesAsleep], tenant).toEqual([3 + PODS, 4 * PODS]);
  }
  const scores = (tenant: Tenant) => get(server, tenant, `/scores?level=node&${range}&step=1h`);
  expect((await scores("marked-60")).score).toEqual((await scores("marked-5")).score);
  await server.close();
}, 120_000);

function whole(node: string): Life {
  return { node, from: 0, to: MINUTES };
}

function livesOfPods(): Life[] {
  const lives: Life[] = [];
  for (let pod = 0; pod < PODS; pod++) {
    let from = 0;
    for (let release = 0; from < MINUTES; release++) {
      const to = Math.min(MINUTES, (release + 1) * RELEASE_EVERY + pod);
      lives.push({ node: `shop-${(7919 * (release * PODS + pod + 1)).toString(16)}`, from, to });
      from = to;
    }
  }
  return lives;
}

function valueAt(node: string, metric: number, minute: number): number {
  const wave = 10 * Math.sin((2 * Math.PI * (minute % DAY)) / DAY);
  const noise = Math.sin(12.9898 * minute + 78.233 * (metric + node.length)) * 43758.5453;
  return 50 + wave + 3 * (noise - Math.floor(noise) + own(node)) - 1.5;
}

/** A level of the node's own. */
function own(node: string): number {
  return Array.from(node).reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 7;
}

/** Lives that have a point, or end, from one minute to before another. */
function livesIn(from: number, to: number): Life[] {
  return LIVES.filter((life) => life.from < to && life.to >= from);
}

function minutesOf(life: Life, from: number, to: number): number[] {
  const first = Math.max(from, life.from);
  return Array.from({ length: Math.max(0, Math.min(to, life.to) - first) }, (_, i) => first + i);
}

async function feedJson(server: RealServer, tenant: Tenant, batch: number): Promise<void> {
  for (let from = 0; from < MINUTES; from += batch) {
    const series = livesIn(from, from + batch).flatMap((life) =>
      METRICS.map((metric, m) => ({
        ...{ cluster: "shop", node: life.node, metric },
        points: minutesOf(life, from, from + batch).map((minute) => [
          START + minute * MINUTE_MS,
          valueAt(life.node, m, minute),
        ]),
      })).filter(({ points }) => points.length > 0),
    );
    const headers = { "content-type": "application/json" };
    await post(server, tenant, "/ingest", JSON.stringify({ series }), headers);
  }
}

/** Remote write, with a staleness marker at the minute in which a pod is gone. */
async function feedWrite(server: RealServer, tenant: Tenant, batch: number): Promise<void> {
  for (let from = 0; from < MINUTES; from += batch) {
    const series = livesIn(from, from + batch).flatMap((life) =>
      METRICS.map((metric, m) => {
        const samples = minutesOf(life, from, from + batch).map((minute) => ({
          atMs: START + minute * MINUTE_MS,
          value: valueAt(life.node, m, minute),
          stale: false,
        }));
        const isGone = life.to >= from && life.to < Math.min(from + batch, MINUTES);
        if (isGone) samples.push({ atMs: START + life.to * MINUTE_MS, value: 0, stale: true });
        return { labels: { __name__: metric, cluster: "shop", instance: life.node }, samples };
      }).filter(({ samples }) => samples.length > 0),
    );
    const headers = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };
    await post(server, tenant, "/write", snappy(encodeWriteRequest(series)), headers);
  }
}

async function post(
  server: RealServer,
  tenant: Tenant,
  path: string,
  payload: Buffer | string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const authorization = bearerOf(server, tenant);
  const all = { ...headers, authorization };
  const reply = await server.app.inject({
    method: "POST",
    url: `/api/v1${path}`,
    headers: all,
    payload,
  });
  expect(reply.statusCode, reply.body).toBeLessThan(300);
}

/** One key per tenant, which may do everything. */
function bearerOf(server: RealServer, tenant: Tenant): string {
  const known = KEYS.get(tenant) ?? `Bearer ${server.key("manage", tenant)}`;
  KEYS.set(tenant, known);
  return known;
}

async function get(server: RealServer, tenant: Tenant, path: string) {
  await server.settled();
  const headers = { authorization: bearerOf(server, tenant) };
  return (await server.app.inject({ method: "GET", url: `/api/v1${path}`, headers })).json();
}
