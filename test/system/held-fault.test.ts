import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const HOUR = 3_600_000 / STEP_MS;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 5, 1);
const NODES = 6;
const METRICS = ["cpu_usage", "load1", "latency_ms", "net_rx"];
const FAULTY = "node-3";
/** The fault: every metric of one node lies higher for 48 hours. */
const FAULT = { from: 9 * DAY + 7 * HOUR, to: 11 * DAY + 7 * HOUR };
const HOUR_47 = FAULT.from + 47 * HOUR;

interface Row {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly node: string;
  readonly seriesId: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly outcome: string;
  readonly score: number;
}

describe("a fault of 48 hours", () => {
  let server: TestServer;
  let now = START;

  beforeAll(async () => {
    server = await startTestServer({ tenants: ["acme"], now: () => now });
    await sendTo(HOUR_47);
  }, 120_000);

  afterAll(() => server.close());

  it("is one open finding in its 47th hour, held by its metrics", async () => {
    const found = await findings();
    expect(found).toMatchObject([{ node: FAULTY, closedAt: null, outcome: "held" }]);
    expect(Date.parse(found[0]!.openedAt) - at(FAULT.from)).toBeLessThan(6 * 3_600_000);
  });

  it("is one open alarm of each metric that found it, shown as anomalous although its scores have faded", async () => {
    const alarms = await alarmsOf("state=open");
    expect(alarms.length).toBeGreaterThanOrEqual(3);
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({ node: FAULTY, outcome: "held", closedAt: null });
      expect(alarm.score).toBeGreaterThanOrEqual(0.75);
      expect(alarm.text).toContain(FAULTY);
    }
    const { columns } = await server.get(
      "acme",
      `/series/${alarms[0]!.seriesId}/points?from=${at(HOUR_47 - 6)}&to=${at(HOUR_47)}`,
    );
    expect(Math.min(...columns.alarmScore)).toBeGreaterThanOrEqual(0.75);
    expect(Math.min(...columns.score)).toBeLessThan(0.75);
    const { data } = await server.get("acme", "/nodes");
    const node = data.find((row: Row) => row.node === FAULTY);
    expect(node.numAnomalies).toBeGreaterThanOrEqual(3);
    expect(node.score).toBeGreaterThanOrEqual(0.75);
    expect(Date.parse(node.since)).toBeLessThan(at(FAULT.from + 6 * HOUR));
  });

  it("gives its alarms page by page, each once", async () => {
    const whole = await alarmsOf("");
    const paged: Row[] = [];
    let cursor = "";
    do {
      const page = await server.get("acme", `/alarms?${range()}&limit=1${cursor}`);
      paged.push(...page.data);
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor !== "");
    const ids = (rows: readonly Row[]) => rows.map(({ id }) => id).sort();
    expect(ids(paged)).toEqual(ids(whole));
    expect(new Set(ids(paged)).size).toBe(paged.length);
  });

  it("ends in silence: what comes back opens no finding and no alarm, and is reported as recovered", async () => {
    await sendTo(FAULT.to + DAY);
    const found = await findings();
    expect(found).toMatchObject([{ node: FAULTY, outcome: "recovered" }]);
    const closed = Date.parse(found[0]!.closedAt ?? "");
    expect(closed).toBeGreaterThan(at(FAULT.to));
    expect(closed).toBeLessThan(at(FAULT.to + 6 * HOUR));
    const alarms = await alarmsOf(`node=${FAULTY}`);
    const later = alarms.filter(({ openedAt }) => Date.parse(openedAt) >= at(FAULT.to));
    expect(later).toEqual([]);
    const during = alarms.filter(({ openedAt }) => Date.parse(openedAt) >= at(FAULT.from));
    expect(new Set(during.map(({ metric }) => metric)).size).toBe(during.length);
    for (const { outcome } of during) expect(outcome).toBe("recovered");
  });

  async function sendTo(end: number): Promise<void> {
    const first = Math.round((now - START) / STEP_MS);
    for (let from = first; from < end; from += DAY) {
      const to = Math.min(from + DAY, end);
      now = at(to);
      const { status, body } = await server.post("acme", "/ingest", { series: columns(from, to) });
      expect([status, body.rejectedPoints]).toEqual([200, 0]);
    }
    await server.running.platform.settled();
  }

  /** Findings from the fault on: the first days of a tenant may have some of their own. */
  async function findings(): Promise<Row[]> {
    const { data } = await server.get("acme", `/findings?${range()}`);
    return data.filter(({ openedAt }: Row) => Date.parse(openedAt) >= at(FAULT.from));
  }

  async function alarmsOf(query: string): Promise<Row[]> {
    return (await server.get("acme", `/alarms?${range()}&limit=1000&${query}`)).data;
  }

  const range = () => `from=${START}&to=${now + STEP_MS}`;
});

function at(i: number): number {
  return START + i * STEP_MS;
}

function columns(from: number, to: number) {
  return Array.from({ length: NODES }, (_, node) =>
    METRICS.map((metric, m) => ({
      cluster: "eu",
      node: `node-${node}`,
      metric,
      points: Array.from({ length: to - from }, (_, k) => {
        const i = from + k;
        return [at(i), valueAt(node, m, i)];
      }),
    })),
  ).flat();
}

function valueAt(node: number, metric: number, i: number): number {
  let h = Math.imul(i * 31 + node * 7919 + metric * 104_729, 0x9e3779b1) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  const noise = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  const shift = `node-${node}` === FAULTY && i >= FAULT.from && i < FAULT.to ? 20 : 0;
  return 50 + 10 * Math.sin((2 * Math.PI * i) / DAY + metric) + 4 * noise + shift;
}
