import { batchOf, type IngestBatch } from "../../packages/server/src/platform/ingest-batch.ts";

export const STEP_MS = 300_000;
export const START = Date.UTC(2026, 4, 4);
export const TICKS = 90;
export const RANGE = { startMs: START, endMs: START + TICKS * STEP_MS };
/** The clock of all simulated servers, unless a fault moves it. */
export const NOW = RANGE.endMs;

/** Two tenants with the same names, so that a key without its tenant mixes them; and one that only waits. */
export const TENANTS = ["acme", "globex", "waiter"] as const;
export type Tenant = (typeof TENANTS)[number];

const PLACES = [
  ["east", "node-0"],
  ["east", "node-1"],
  ["west", "node-0"],
] as const;
const METRICS = ["cpu", "latency"];

/** One sender: a node of a tenant. It sends in order, and again until it is acknowledged. */
export interface Sender {
  readonly tenant: Tenant;
  readonly place: number;
}

export const SENDERS: readonly Sender[] = TENANTS.flatMap((tenant) =>
  PLACES.slice(0, tenant === "waiter" ? 1 : undefined).map((_, place) => ({ tenant, place })),
);

/** How many ticks a sender has to send; the waiter's single point leaves its grid unchosen. */
export function ticksOf({ tenant }: Sender): number {
  return tenant === "waiter" ? 1 : TICKS;
}

/** The points of some ticks of a sender. */
export function batchFor({ tenant, place }: Sender, ticks: readonly number[]): IngestBatch {
  const [clusterId, nodeId] = PLACES[place]!;
  const timestampsMs = Float64Array.from(ticks, (tick) => START + tick * STEP_MS);
  return batchOf(
    METRICS.map((metricName, metric) => ({
      clusterId,
      nodeId,
      metricName,
      timestampsMs,
      values: Float64Array.from(ticks, (tick) => valueAt(tenant, place, metric, tick)),
    })),
  );
}

/** Noise around a level, and a fault of acme's first node that globex does not have. */
function valueAt(tenant: Tenant, place: number, metric: number, tick: number): number {
  const seed = TENANTS.indexOf(tenant) * 7919 + place * 104_729 + metric * 1_299_709 + tick * 31;
  let h = Math.imul(seed, 0x9e3779b1) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  const noise = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  const fault = tenant === "acme" && place === 0 && tick >= 60 && tick < 75 ? 60 : 0;
  return Math.round(100 * (40 + 10 * place + 4 * noise + fault)) / 100;
}
