import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SmallFleet, seriesOf } from "../tooling/small-fleet.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const STEP_MS = 300_000;
const DAYS = 8;
const PER_DAY = 86_400_000 / STEP_MS;
const COUNT = DAYS * PER_DAY;
const START = Date.UTC(2026, 5, 7);
const PAST = { node: "node-3", from: COUNT - 200, to: COUNT - 152 };
/** Goes on past the first COUNT points: its finding is open then. */
const PRESENT = { node: "node-1", from: COUNT - 24, to: COUNT + 12 };
const FLEET: SmallFleet = {
  startMs: START,
  stepMs: STEP_MS,
  nodes: Array.from({ length: 6 }, (_, n) => `node-${n}`),
  metrics: ["cpu_usage", "load1", "latency_ms", "net_rx"],
  faults: [PAST, PRESENT],
};

interface Row {
  readonly node: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
}

describe("the explanation of a finding", () => {
  let server: TestServer;
  let sent = 0;
  let asked: string[] = [];

  beforeAll(async () => {
    server = await startTestServer({
      tenants: ["acme"],
      now: () => START + sent * STEP_MS,
      hostHere: true,
    });
    const { pool } = server.host();
    const ask = pool.ask.bind(pool);
    const askAll = pool.askAll.bind(pool);
    pool.ask = (partition, question) => {
      asked.push(question.what);
      return ask(partition, question);
    };
    pool.askAll = (question) => {
      if (question.what !== "drain") asked.push(question.what);
      return askAll(question);
    };
    for (let day = 1; day <= DAYS; day++) await sendTo(day * PER_DAY);
  });

  afterAll(() => server.close());

  it("is made when it closes: reading it asks no partition", async () => {
    asked = [];
    const { data } = await server.get("acme", `/findings?from=${START}&to=${at(PAST.to + 100)}`);
    const closed = data.filter((row: Row) => row.node === PAST.node);
    expect(closed.length).toBeGreaterThan(0);
    expect(closed.every(({ closedAt }: Row) => closedAt !== null)).toBe(true);
    expect(asked).toEqual([]);
    for (const { id, text } of closed) {
      const one = await server.get("acme", `/findings/${id}`);
      expect(one.text).toBe(text);
    }
    expect(asked).toEqual([]);
  });

  it("is made once per step while it is open, however often it is read", async () => {
    asked = [];
    const first = await present();
    expect(first.closedAt).toBeNull();
    expect(asked).toEqual(["explain"]);
    expect(await present()).toEqual(first);
    await Promise.all([present(), present(), present()]);
    expect(asked).toEqual(["explain"]);
    await sendTo(COUNT + 1);
    await Promise.all([present(), present()]);
    expect(asked).toEqual(["explain", "explain"]);
  });

  it("is made twice in all of what closes: then, and when late points cannot change it any more", async () => {
    asked = [];
    await sendTo(COUNT + 72);
    const closed = await present();
    expect(closed.closedAt).not.toBeNull();
    await sendTo(COUNT + 144);
    const explained = asked.filter((what) => what === "explain").length;
    expect(explained).toBeGreaterThanOrEqual(1);
    expect(explained).toBeLessThanOrEqual(2);
    asked = [];
    await sendTo(COUNT + 145);
    await present();
    expect(asked).toEqual([]);
  });

  async function sendTo(end: number): Promise<void> {
    const from = sent;
    sent = end;
    const { status } = await server.post("acme", "/ingest", { series: seriesOf(FLEET, from, end) });
    expect(status).toBe(200);
    await server.running.platform.settled();
  }

  async function present(): Promise<Row> {
    const range = `from=${at(PRESENT.from)}&to=${at(PRESENT.to)}`;
    const { data } = await server.get("acme", `/findings?${range}`);
    return data.find(
      (row: Row) => row.node === PRESENT.node && Date.parse(row.openedAt) >= at(PRESENT.from),
    );
  }
});

function at(point: number): number {
  return START + point * STEP_MS;
}
