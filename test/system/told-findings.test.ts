import { rarityWords, scoreOfDays, severityOf } from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runForTest } from "../../packages/server/testing/testing-io.ts";
import { type NodeFault, type SmallFleet, seriesOf } from "../tooling/small-fleet.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const HOUR = 3_600_000 / STEP_MS;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 5, 1);
/** Everything begins then, and is over, where it ends, a day later. */
const FAULT = 8 * DAY + 3 * HOUR;
const BACK = FAULT + DAY;
const NODES = Array.from({ length: 10 }, (_, n) => `node-${n}`);
const METRICS = ["cpu_usage", "load1", "latency_ms", "net_rx"];

const DURING = { from: FAULT, to: BACK };
/** A tenant for each thing that happens, all at the same time. */
const TENANTS: Readonly<Record<string, readonly NodeFault[]>> = {
  "silent-node": [{ node: "node-3", does: "silent", ...DURING }],
  "silent-metric": [{ node: "node-3", metrics: ["load1"], does: "silent", ...DURING }],
  stuck: [{ node: "node-3", metrics: ["load1"], does: "stuck", ...DURING }],
  "four-silent": NODES.slice(3, 7).map((node) => ({ node, does: "silent", ...DURING })),
  "one-silent-four-high": [
    { node: "node-3", does: "silent", ...DURING },
    ...NODES.slice(4, 8).map((node) => ({ node, metrics: ["cpu_usage"], ...DURING })),
  ],
  "all-high": NODES.map((node) => ({ node, metrics: ["cpu_usage"], ...DURING })),
};

interface Finding {
  readonly id: string;
  readonly node: string | null;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly outcome: string;
  readonly kind: string;
  readonly score: number;
  readonly severity: string;
  readonly text: string;
  readonly fleetReturnPeriodDays: number;
  readonly nodesMoved: number;
  readonly nodesTotal: number;
}

describe("what findings say of faults that last", () => {
  let server: TestServer;
  let now = START;
  const during = new Map<string, readonly Finding[]>();

  beforeAll(async () => {
    server = await startTestServer({ tenants: Object.keys(TENANTS), now: () => now });
    for (let day = 1; day <= 8; day++) await sendTo(day * DAY);
    for (let at = FAULT; at < BACK; at += 2 * HOUR) await sendTo(at);
    await sendTo(BACK - 1);
    for (const tenant of Object.keys(TENANTS)) during.set(tenant, await findings(tenant));
  }, 300_000);

  afterAll(() => server.close());

  it("is one finding that stays open, however long nothing comes or the sensor is stuck", () => {
    for (const tenant of ["silent-node", "silent-metric", "stuck", "four-silent"]) {
      expect(during.get(tenant), tenant).toMatchObject([{ closedAt: null, outcome: "held" }]);
    }
  });

  it("names the node where all of it is silent, and the metric where only that is", () => {
    const [node] = during.get("silent-node")!;
    expect(node!.text).toMatch(/^node-3 stopped reporting at 02:55; .* 4 of 4 metrics silent\.$/);
    const [metric] = during.get("silent-metric")!;
    expect(metric!.text).toMatch(/^load1 on node-3 stopped reporting at 02:55; .* 1 of 4 metrics/);
  });

  it("counts the nodes that did what it says", () => {
    const [silent] = during.get("four-silent")!;
    expect(silent).toMatchObject({ node: null, nodesMoved: 4, nodesTotal: 10 });
    expect(silent!.text).toMatch(/^4 of 10 nodes in eu stopped reporting at 02:55; /);
    const [all] = during.get("all-high")!;
    expect(all).toMatchObject({ node: null, nodesMoved: 10, nodesTotal: 10 });
    expect(all!.text).toMatch(/^10 of 10 nodes in eu: cpu_usage rose /);
    for (const { kind, node, nodesMoved, text } of during.get("one-silent-four-high")!) {
      if (node !== null) continue;
      expect(nodesMoved, text).toBe(kind === "missing" ? 1 : 4);
      expect(text).toContain(`${nodesMoved} of 10 nodes`);
    }
  });

  it("has one rarity: score, severity, return period and sentence say the same", () => {
    const all = [...during.values()].flat();
    expect(all.length).toBeGreaterThanOrEqual(6);
    for (const { score, severity, text, fleetReturnPeriodDays: days } of all) {
      expect(score).toBe(Math.min(1, scoreOfDays(days)));
      expect(severity).toBe(severityOf(score));
      const told = text.match(/[^;]* in this fleet/g);
      expect(told, text).toEqual([` ${rarityWords(days)} in this fleet`]);
      expect(text).not.toMatch(/for this (metric|node|cluster)/);
    }
  });

  it("is an anomaly of its node as well: none is severe without any", async () => {
    for (const tenant of Object.keys(TENANTS)) {
      const { data } = await server.get(tenant, "/nodes");
      for (const row of data) {
        if (row.score < 0.75) continue;
        expect(row.numAnomalies, `${tenant} ${row.node}`).toBeGreaterThan(0);
        expect(row.since, `${tenant} ${row.node}`).not.toBeNull();
      }
    }
  });

  it("is the same in the ranking of now as in the list of nodes", async () => {
    for (const tenant of Object.keys(TENANTS)) {
      const { data: nodes } = await server.get(tenant, "/nodes");
      const { data: ranked } = await server.get(
        tenant,
        "/rankings?level=node&n=10&from=now-1h&to=now",
      );
      for (const { node, score, severity } of nodes) {
        if (score < 0.75) continue;
        const row = ranked.find((one: { node: string }) => one.node === node);
        expect(row.score, `${tenant} ${node}`).toBeGreaterThanOrEqual(score);
        expect(row.severity, `${tenant} ${node}`).toBe(severity);
      }
    }
    const query = "/rankings?level=node&n=1&from=now-1h&to=now";
    const [silent] = (await server.get("silent-node", query)).data;
    expect(silent).toMatchObject({ node: "node-3", why: "node-3 stopped reporting at 02:55" });
    const [metric] = (await server.get("silent-metric", query)).data;
    expect(metric).toMatchObject({
      node: "node-3",
      why: "load1 on node-3 stopped reporting at 02:55",
    });
  });

  it("is told on the command line in the same words and numbers", async () => {
    for (const [tenant, node] of [
      ["silent-node", "node-3"],
      ["stuck", "node-3"],
    ] as const) {
      const [finding] = during.get(tenant)!;
      const byId = JSON.parse(await run(tenant, ["why", finding!.id, "--json"]));
      expect(byId).toMatchObject({ text: finding!.text, score: finding!.score });
      const ranked = JSON.parse(await run(tenant, ["top", "node", "-n", "1", "--json"]));
      expect(ranked.data[0].path).toBe(`eu/${node}`);
    }
    const [silent] = during.get("silent-node")!;
    expect(await run("silent-node", ["why", "eu/node-3"])).toContain(silent!.text);
  });

  it("does not say that a fault lasts once four points are back to what is usual", async () => {
    await sendTo(BACK + 4);
    for (const tenant of Object.keys(TENANTS)) {
      for (const { outcome, text } of await findings(tenant)) {
        expect(outcome, `${tenant}: ${text}`).not.toBe("held");
      }
    }
  });

  it("closes when it is over, and is neither open nor held from then on", async () => {
    for (let at = BACK + HOUR; at <= BACK + 6 * HOUR; at += HOUR) await sendTo(at);
    for (const tenant of Object.keys(TENANTS)) {
      for (const { closedAt, outcome, openedAt } of await findings(tenant)) {
        if (Date.parse(openedAt) >= at(BACK)) continue;
        expect(closedAt, tenant).not.toBeNull();
        expect(["ended", "recovered", "accepted"], tenant).toContain(outcome);
      }
    }
  });

  async function run(tenant: string, argv: readonly string[]): Promise<string> {
    const env = { FORESHOCK_URL: server.url, FORESHOCK_KEY: server.keys(tenant).read };
    return (await runForTest(argv, { env, now: () => now })).out;
  }

  async function sendTo(end: number): Promise<void> {
    const from = Math.round((now - START) / STEP_MS);
    now = at(end);
    for (const tenant of Object.keys(TENANTS)) {
      const series = seriesOf(fleetOf(tenant), from, end);
      const { status, body } = await server.post(tenant, "/ingest", { series });
      expect([status, body.rejectedPoints]).toEqual([200, 0]);
    }
    await server.running.platform.settled();
  }

  /** From the fault on: the first days of a tenant may have some of their own. */
  async function findings(tenant: string): Promise<readonly Finding[]> {
    const { data } = await server.get(tenant, `/findings?from=${at(FAULT)}&to=${now + STEP_MS}`);
    return data.filter(({ openedAt }: Finding) => Date.parse(openedAt) >= at(FAULT));
  }
});

function at(point: number): number {
  return START + point * STEP_MS;
}

function fleetOf(tenant: string): SmallFleet {
  const faults = TENANTS[tenant]!;
  return { startMs: START, stepMs: STEP_MS, nodes: NODES, metrics: METRICS, faults };
}
