import type { AlarmRow, AnomalyRow, Explanation, FindingRow, NodeRow } from "@foreshock/client";
import type { EpochMs } from "@foreshock/core/fold";
import { openRealServer, type RealServer } from "../../packages/server/testing/real-server.ts";
import { runForTest } from "../../packages/server/testing/testing-io.ts";
import { RECOVERY_POINTS } from "./place-faults.ts";
import type { TruthFault, TruthFleet } from "./truth-fleet.ts";

/** When the surfaces are read: at the last point of a fault, and when it has been over for some time. */
export type Moment = "lasting" | "over";

/** Everything a person or program could read about one fault at one moment. */
export interface Reading {
  readonly fault: TruthFault;
  readonly moment: Moment;
  /** The newest point that was sent. */
  readonly nowMs: EpochMs;
  readonly findings: readonly FindingRow[];
  readonly anomalies: readonly AnomalyRow[];
  readonly alarms: readonly AlarmRow[];
  readonly nodes: readonly NodeRow[];
  readonly openFindings: number;
  /** Of the highest anomalies of the fault's series: by id and explained, as the pages and `why` ask. */
  readonly single: readonly SingleAnomaly[];
  readonly why: readonly WhyOutput[];
}

export interface SingleAnomaly {
  readonly listed: AnomalyRow;
  readonly row: AnomalyRow;
  readonly explanation: Explanation;
}

/** What `foreshock why ID` prints. */
export interface WhyOutput {
  readonly id: string;
  /** The sentence of the same row in the API. */
  readonly expected: string;
  readonly said: string;
}

/** Points of one request: every series in it, so that no step waits for long. */
const POINTS_PER_REQUEST = 40_000;
/** Anomalies and findings of a fault that are asked for one by one. */
const SINGLE_MAX = 2;
const PAGE = 1000;
/** There is a fault or more a day, which the usual budget would not tell of. */
const BUDGET_DAYS = 0.1;
/** Anomalies that begin this many steps before a fault may be told of it. */
const BEFORE_STEPS = 24;

const FREE = {
  ...{ pointsPerSecond: 1e9, pointsBurst: 1e9, activeSeriesMax: 1e6 },
  ...{ ingestRequestsPerSecond: 1e6, queryRequestsPerSecond: 1e6 },
};

/**
 * Sends a fleet to the real server as time goes by and reads about each fault while it lasts and after it. The
 * server runs in this thread, on a clock that stands at the newest point.
 */
export async function playFleet(fleet: TruthFleet): Promise<Reading[]> {
  const server = await openRealServer({ tenants: ["acme"], limits: FREE });
  try {
    server.control.changeSettings("acme", { budgetDays: BUDGET_DAYS });
    server.platform.tellSettings();
    const player = await Player.of(server, fleet);
    const moments = fleet.faults
      .flatMap((fault) => [
        { fault, moment: "lasting" as const, to: fault.end },
        {
          fault,
          moment: "over" as const,
          to: Math.min(fault.end + RECOVERY_POINTS, fleet.pointCount),
        },
      ])
      .sort((a, b) => a.to - b.to);
    const readings: Reading[] = [];
    for (const { fault, moment, to } of moments) {
      await player.sendTo(to);
      readings.push(await player.read(fault, moment));
    }
    return readings;
  } finally {
    await server.close();
  }
}

class Player {
  readonly #server: RealServer;
  readonly #fleet: TruthFleet;
  readonly #key: string;
  readonly #url: string;
  #sent = 0;

  private constructor(server: RealServer, fleet: TruthFleet, key: string, url: string) {
    this.#server = server;
    this.#fleet = fleet;
    this.#key = key;
    this.#url = url;
  }

  static async of(server: RealServer, fleet: TruthFleet): Promise<Player> {
    const url = await server.app.listen({ port: 0, host: "127.0.0.1" });
    return new Player(server, fleet, server.key("manage", "acme"), url);
  }

  async sendTo(end: number): Promise<void> {
    const { plan, series } = this.#fleet;
    const { clock } = this.#server;
    const slice = Math.max(1, Math.floor(POINTS_PER_REQUEST / series.length));
    while (this.#sent < end) {
      const to = Math.min(this.#sent + slice, end);
      const newestMs = this.#at(to - 1);
      clock.pass(Math.max(0, newestMs - clock.nowMs));
      if (clock.nowMs > newestMs) clock.nowMs = newestMs;
      await this.#send(this.#sent, to);
      this.#sent = to;
      await this.#server.settled();
    }
    // The next point is not due yet.
    clock.pass(Math.floor(plan.stepMs / 2));
    await this.#server.settled();
  }

  #at(index: number): EpochMs {
    return this.#fleet.startMs + index * this.#fleet.plan.stepMs;
  }

  async #send(from: number, to: number): Promise<void> {
    const series = this.#fleet.series.map(({ cluster, node, metric, values }) => ({
      ...{ cluster, node, metric },
      points: Array.from(
        { length: to - from },
        (_, k) => [this.#at(from + k), values[from + k]!] as const,
      ).filter(([, value]) => !Number.isNaN(value)),
    }));
    const payload = { series: series.filter(({ points }) => points.length > 0) };
    if (payload.series.length === 0) return;
    const reply = await this.#server.app.inject({
      ...{ method: "POST", url: "/api/v1/ingest", payload },
      headers: this.#headers(),
    });
    const body = reply.json();
    if (reply.statusCode !== 200 || body.rejectedPoints > 0) {
      throw new Error(`ingest: ${reply.statusCode} ${reply.body.slice(0, 500)}`);
    }
  }

  async read(fault: TruthFault, moment: Moment): Promise<Reading> {
    const from = this.#at(Math.max(0, fault.first - BEFORE_STEPS));
    const to = this.#server.clock.nowMs + 1;
    const range = `from=${from}&to=${to}&limit=${PAGE}`;
    const findings = (await this.#all<FindingRow>(`/findings?${range}`)).filter(
      ({ openedAt }) => Date.parse(openedAt) >= this.#at(fault.first),
    );
    const names = new Set(fault.parts.map(({ series }) => nameOf(series)));
    const anomalies = (await this.#all<AnomalyRow>(`/anomalies?${range}&minScore=0.5`)).filter(
      (row) => names.has(nameOf(row)),
    );
    const alarms = (await this.#all<AlarmRow>(`/alarms?${range}`)).filter((row) =>
      names.has(nameOf(row)),
    );
    const summary = (await this.#get("/summary")) as { openFindings: number };
    const nodes = ((await this.#get("/nodes")) as { data: NodeRow[] }).data.filter(
      ({ cluster, node }) => cluster === fault.cluster && fault.nodes.includes(node),
    );
    const best = [...anomalies].sort((a, b) => b.score - a.score).slice(0, SINGLE_MAX);
    const single: SingleAnomaly[] = [];
    for (const listed of best) {
      const row = (await this.#get(`/anomalies/${listed.id}`)) as AnomalyRow;
      const explanation = (await this.#get(`/anomalies/${listed.id}/explanation`)) as Explanation;
      single.push({ listed, row, explanation });
    }
    const why: WhyOutput[] = [];
    for (const { row } of single) why.push(await this.#why(row.id, row.explanation.text));
    for (const { id, text } of findings.slice(0, SINGLE_MAX)) why.push(await this.#why(id, text));
    const nowMs = this.#at(this.#sent - 1);
    return {
      ...{ fault, moment, nowMs, findings, anomalies, alarms, nodes, single, why },
      openFindings: summary.openFindings,
    };
  }

  async #why(id: string, expected: string): Promise<WhyOutput> {
    const env = { FORESHOCK_URL: this.#url, FORESHOCK_KEY: this.#key };
    const { out } = await runForTest(["why", id], { env, now: () => this.#server.clock.nowMs });
    return { id, expected, said: out };
  }

  async #all<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor = "";
    do {
      const page = (await this.#get(`${path}${cursor}`)) as {
        data: Row[];
        nextCursor: string | null;
      };
      for (const row of page.data) rows.push(row);
      cursor = page.nextCursor === null ? "" : `&cursor=${encodeURIComponent(page.nextCursor)}`;
    } while (cursor !== "");
    return rows;
  }

  async #get(path: string): Promise<unknown> {
    const url = `/api/v1${path}`;
    const reply = await this.#server.app.inject({ method: "GET", url, headers: this.#headers() });
    if (reply.statusCode !== 200) throw new Error(`${url}: ${reply.statusCode} ${reply.body}`);
    return reply.json();
  }

  #headers() {
    return { authorization: `Bearer ${this.#key}` };
  }
}

/** A series in one word. */
export function nameOf(place: { cluster: string; node: string; metric: string }): string {
  return `${place.cluster}/${place.node}/${place.metric}`;
}
