import { setTimeout as sleep } from "node:timers/promises";
import type { LoadClient, Reply, Sent } from "../load-client.ts";
import { historyBodies, pushBody, type QuietPlan, STEP_MS, timeOf } from "./quiet-data.ts";

const READS_PER_SECOND = 5;
const JSON_TYPE = "application/json";
/** Of which one second's first read looks for the newest score. */
const PROBE_STEPS = 30;

/** One request as its sender sees it. */
export interface Sample {
  readonly what: "push" | "read";
  readonly path: string;
  /** Since the first push was due. */
  readonly dueMs: number;
  /** From when it was due to the last byte of its answer: a sender that waits counts the wait. */
  readonly tookMs: number;
  readonly status: number;
  /** Steps between the newest push that was acknowledged and the newest score; of some reads. */
  readonly lagSteps?: number;
}

export async function sendHistory(client: LoadClient, plan: QuietPlan): Promise<void> {
  for (const body of historyBodies(plan)) await client.post("/ingest", JSON_TYPE, body);
}

/** A push and five reads each second, until all is pushed. */
export async function beQuiet(client: LoadClient, plan: QuietPlan): Promise<Sample[]> {
  const samples: Sample[] = [];
  const waiting: Promise<void>[] = [];
  const beganMs = performance.now();
  const probe = await seriesId(client);
  let acknowledged = -1;
  const timed = async (what: Sample["what"], dueMs: number, sent: Sent) => {
    const newest = acknowledged;
    const reply = await client.send(sent).catch((error: unknown) => lost(error));
    const tookMs = performance.now() - beganMs - dueMs;
    const lagSteps = lagOf(reply, plan, newest);
    const lag = lagSteps === undefined ? {} : { lagSteps };
    samples.push({ what, path: sent.path, dueMs, tookMs, status: reply.status, ...lag });
  };
  const push = async (k: number, dueMs: number) => {
    const body = pushBody(plan, k);
    const headers = { "content-type": JSON_TYPE };
    await timed("push", dueMs, { method: "POST", path: "/ingest", headers, body });
    acknowledged = Math.max(acknowledged, k);
  };
  for (let k = 0; k < plan.pushes; k++) {
    waiting.push(push(k, 1000 * k));
    for (let r = 0; r < READS_PER_SECOND; r++) {
      const dueMs = 1000 * k + ((r + 0.5) * 1000) / READS_PER_SECOND;
      await sleep(Math.max(0, beganMs + dueMs - performance.now()));
      const path = r === 0 ? probePath(probe, plan, k) : readPath(plan, k, r);
      waiting.push(timed("read", dueMs, { path }));
    }
    await sleep(Math.max(0, beganMs + 1000 * (k + 1) - performance.now()));
  }
  await Promise.all(waiting);
  return samples;
}

async function seriesId(client: LoadClient): Promise<string> {
  const { data } = await client.get("/series?cluster=eu&node=node-0&metric=metric-0");
  return data[0].id;
}

function probePath(id: string, plan: QuietPlan, push: number): string {
  const to = timeOf(plan, push) + STEP_MS;
  return `/series/${id}/points?from=${to - PROBE_STEPS * STEP_MS}&to=${to}`;
}

function readPath(plan: QuietPlan, push: number, which: number): string {
  const to = timeOf(plan, push) + STEP_MS;
  const range = (hours: number) => `from=${to - hours * 3_600_000}&to=${to}`;
  const paths = [
    "/summary",
    `/rankings?level=node&${range(1)}`,
    `/findings?${range(24)}`,
    `/scores?level=node&${range(6)}&step=5m`,
    `/anomalies?${range(6)}`,
    `/rankings?level=metric&cluster=eu&node=node-0&${range(1)}`,
    "/nodes",
  ];
  return paths[(4 * push + which) % paths.length]!;
}

function lagOf({ status, text }: Reply, plan: QuietPlan, acknowledged: number): number | undefined {
  if (status !== 200 || acknowledged < 0 || !text.includes('"alarmScore"')) return undefined;
  const { columns } = JSON.parse(text) as { columns?: { at: number[]; score: (number | null)[] } };
  if (columns === undefined) return undefined;
  const at = columns.at[columns.score.findLastIndex((score) => score !== null)];
  return at === undefined ? PROBE_STEPS : Math.max(0, timeOf(plan, acknowledged) - at) / STEP_MS;
}

/** A connection that ended without an answer counts as one with status 0. */
function lost(error: unknown): Reply {
  return { status: 0, text: String(error), tookMs: 0 };
}
