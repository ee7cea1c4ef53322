import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { AlarmRow, AnomalyRow, CalibrationReply, ScoresReply } from "@foreshock/client";
import { FixtureReplies, type FixtureState } from "./fixture-replies.ts";

/** Serves the built pages and made-up replies, for working on the pages alone. Not a test double. */
export interface Fixture {
  readonly url: string;
  readonly key: string;
  stop(): Promise<void>;
}

const KEY = "fsk_ro_fixture";
const DIST = join(import.meta.dirname, "../../server/dashboard");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const DURATION_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export async function fixtureServer(options: {
  readonly state: FixtureState;
  readonly nodes: number;
  readonly port: number;
}): Promise<Fixture> {
  const replies = new FixtureReplies(options.nodes, options.state);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://fixture");
    if (!url.pathname.startsWith("/api/v1/")) {
      const [type, body] = await pageFile(url.pathname);
      response.writeHead(200, { "content-type": type }).end(body);
      return;
    }
    const isKnown = request.headers.authorization === `Bearer ${KEY}`;
    const tenant = String(request.headers["x-scope-orgid"] ?? "acme");
    const body = isKnown ? answer(replies, url, tenant) : undefined;
    const status = body === undefined ? (isKnown ? 404 : 401) : 200;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? problem(status)));
  });
  await new Promise<void>((done) => server.listen(options.port, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, key: KEY, stop: () => stopped(server) };
}

function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

function problem(status: number) {
  return status === 401
    ? { title: "The key is not known", status, code: "key_malformed", requestId: "req_fixture" }
    : { title: "No such thing", status, code: "not_found", requestId: "req_fixture" };
}

async function pageFile(path: string): Promise<readonly [type: string, body: Buffer]> {
  const name = extname(path) === "" ? "index.html" : normalize(path);
  const type = TYPES[extname(name)] ?? "application/octet-stream";
  return [type, await readFile(join(DIST, name)).catch(() => Buffer.from("not built"))];
}

function answer(replies: FixtureReplies, url: URL, tenant: string): unknown {
  const nowMs = Date.now();
  const query = url.searchParams;
  const fromMs = Number(query.get("from") ?? nowMs - 86_400_000);
  const toMs = Number(query.get("to") ?? nowMs);
  const [cluster, node, metric] = ["cluster", "node", "metric"].map((name) => query.get(name));
  const place = { cluster: cluster ?? null, node: node ?? null, metric: metric ?? null };
  const [, , , room, id, part] = url.pathname.split("/").map(decodeURIComponent);
  const whole = (data: unknown) => ({ data, nextCursor: null });
  switch (room) {
    case "tenants":
      return whole([{ tenant: "acme" }, { tenant: "globex" }]);
    case "summary":
      return replies.summary(tenant, nowMs);
    case "calibration":
      return calibrationOf(replies.nodes(nowMs).length, fromMs, nowMs);
    case "health":
      return replies.health(nowMs);
    case "clusters":
      return whole(replies.clusters(nowMs));
    case "nodes":
      return whole(
        replies
          .nodes(nowMs, place.cluster ?? undefined)
          .filter(({ node }) => place.node === null || place.node === node),
      );
    case "findings":
      return whole(replies.findings(nowMs));
    case "alarms":
      return whole(replies.anomalies(nowMs, fromMs, place).map(alarmOf));
    case "anomalies":
      if (id === undefined) return whole(replies.anomalies(nowMs, fromMs, place));
      return replies.anomalies(nowMs, 0, place).find((row) => row.id === id)?.explanation;
    case "scores": {
      const [, count, unit] = /^(\d+)([mhd])$/.exec(query.get("step") ?? "5m") ?? [];
      const stepMs = Number(count) * (DURATION_MS[unit ?? "m"] ?? 0);
      const level = query.get("level") as "node" | "cluster" | "tenant";
      const all = replies.scores(level, fromMs, toMs, stepMs, place.cluster, nowMs);
      return place.node === null ? all : ofNode(all, place.node);
    }
    case "series":
      if (id === undefined) return whole(replies.series(nowMs, place));
      if (part === undefined) return replies.seriesById(id, nowMs);
      return replies.points(id, fromMs, toMs, Number(query.get("maxPoints") ?? 1000), nowMs);
    default:
      return undefined;
  }
}

function ofNode({ entities, times, score, ...rest }: ScoresReply, node: string): ScoresReply {
  const e = entities.node.indexOf(node);
  const cluster = e < 0 ? [] : [entities.cluster[e]!];
  const own = e < 0 ? [] : score.slice(e * times.length, (e + 1) * times.length);
  return {
    ...rest,
    times,
    entities: { cluster, node: e < 0 ? [] : [node] },
    score: own,
  };
}

/** Thirty days of a fleet that keeps every promise exactly, as many as whole alarms allow. */
function calibrationOf(nodes: number, fromMs: number, toMs: number): CalibrationReply {
  const watchedDays = (nodes * (toMs - fromMs)) / 86_400_000;
  const rows = [1, 7, 30].map((onceInDays) => {
    const promised = watchedDays / onceInDays;
    const realised = Math.round(promised);
    const ratio = realised / promised;
    return { onceInDays, promised, realised, ratio, ratioLow: 0.8 * ratio, ratioHigh: 1.2 * ratio };
  });
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    levels: [{ level: "node", entities: nodes, watchedDays, rows }],
    findings: [],
  };
}

/** Every anomaly of the fixture is one alarm; those that still go on are held. */
function alarmOf(anomaly: AnomalyRow): AlarmRow {
  const { id, seriesId, cluster, node, metric, score, severity, label, kind, open } = anomaly;
  const { windowStart: openedAt, windowEnd: lastAt, explanation } = anomaly;
  const heldAt = open ? { heldFrom: openedAt, heldTo: lastAt } : { heldFrom: null, heldTo: null };
  return {
    ...{ id, seriesId, cluster, node, metric, score, severity, label, kind, openedAt, lastAt },
    ...heldAt,
    closedAt: open ? null : lastAt,
    evidenceDays: explanation.returnPeriodDays ?? 1,
    outcome: open ? "held" : "open",
    text: explanation.text,
  };
}
