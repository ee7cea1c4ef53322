import { MINUTE_MS } from "@foreshock/core/fold";
export interface Route {
  readonly method: string;
  readonly path: string;
}

export interface Plan {
  /** What to put for `{id}`: an id of tenant A's, found by this list of A's. */
  readonly idFrom?: string;
  readonly query?: string;
  readonly body?: { readonly type: string; readonly encoding?: string; readonly bytes: Buffer };
}

/** Stands in every name that tenant A sends. The tenants' slugs must not hold it. */
export const CANARY = "canary7f3a";

/** Every route of the API. One that is not here fails the suite: decide what it must not show, first. */
export function plansAt(nowMs: number): Readonly<Record<string, Plan>> {
  const range = `from=${nowMs - 24 * 60 * MINUTE_MS}&to=${nowMs + MINUTE_MS}`;
  const ofCanary = `cluster=${CANARY}-cluster&node=${CANARY}-node`;
  const json = (name: string) => Buffer.from(JSON.stringify({ series: seriesOf(name, nowMs, 2) }));
  return {
    "GET /api/v1/tenants": {},
    "GET /api/v1/engines": {},
    "GET /api/v1/summary": {},
    "GET /api/v1/health": {},
    "GET /api/v1/calibration": { query: range },
    "GET /api/v1/clusters": {},
    "GET /api/v1/nodes": {},
    "GET /api/v1/metrics": {},
    "GET /api/v1/overview": { query: `${range}&step=5m&maxPoints=100` },
    "GET /api/v1/nodes/columns": {},
    "GET /api/v1/nodes/page": { query: `${range}&${ofCanary}` },
    "GET /api/v1/metrics/page": { query: `${range}&${ofCanary}&metric=${CANARY}-cpu` },
    "GET /api/v1/series": {},
    "GET /api/v1/series/{id}": { idFrom: "/api/v1/series" },
    "GET /api/v1/series/{id}/points": { idFrom: "/api/v1/series", query: range },
    "GET /api/v1/anomalies": { query: `${range}&minScore=0` },
    "GET /api/v1/anomalies/{id}": { idFrom: `/api/v1/anomalies?${range}&minScore=0` },
    "GET /api/v1/anomalies/{id}/explanation": { idFrom: `/api/v1/anomalies?${range}&minScore=0` },
    "GET /api/v1/alarms": { query: range },
    "GET /api/v1/findings": { query: range },
    "GET /api/v1/findings/{id}": { idFrom: `/api/v1/findings?${range}` },
    "GET /api/v1/scores": { query: range },
    "GET /api/v1/rankings": { query: range },
    "GET /api/v1/demo/truth": {},
    "GET /api/v1/labels": {},
    "PUT /api/v1/labels": {
      body: { type: "application/json", bytes: Buffer.from('{"node":["instance"]}') },
    },
    "POST /api/v1/ingest": { body: { type: "application/json", bytes: json("other") } },
    "POST /api/v1/ingest/csv": {
      body: {
        type: "text/csv",
        bytes: Buffer.from(`cluster,node,metric,timestamp,value\nother,n,m,${nowMs},1\n`),
      },
    },
    // An empty WriteRequest: one byte of Snappy that says "nothing".
    "POST /api/v1/write": {
      body: { type: "application/x-protobuf", encoding: "snappy", bytes: Buffer.from([0]) },
    },
  };
}

export const PUBLIC = ["/", "/docs/", "/openapi.json", "/healthz", "/readyz", "/metrics"];

/** Twelve hours of ordinary minutes, then a fault at the end: enough for anomalies to be found. */
export function seriesOf(name: string, nowMs: number, pointCount = 720): object[] {
  return ["cpu", "mem"].map((metric, k) => ({
    cluster: `${name}-cluster`,
    node: `${name}-node`,
    metric: `${name}-${metric}`,
    metadata: { owner: `${name}-owner` },
    points: Array.from({ length: pointCount }, (_, i) => {
      const wave = 50 + 5 * Math.sin(i / 7 + k) + ((i * 7919) % 13) / 13;
      const fault = i > pointCount - 20 && i < pointCount - 10 ? 60 : 0;
      return [nowMs - (pointCount - i) * MINUTE_MS, wave + fault];
    }),
  }));
}
