import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOUR_MS } from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const START = Date.UTC(2026, 2, 2);
const PODS = 100;
const DAYS = 12;
const LIVING_MAX = 200;

describe("pods whose names change every day, under a limit of living series", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "foreshock-churn-"));
  let nowMs = START;
  let server: TestServer;

  const open = async (): Promise<void> => {
    server = await startTestServer({ tenants: ["shop"], dataDir, now: () => nowMs });
    server.running.control.changeSettings("shop", { limits: { activeSeriesMax: LIVING_MAX } });
  };
  beforeAll(open);
  afterAll(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const send = async (pods: readonly string[], atMs: number) => {
    nowMs = Math.max(nowMs, atMs);
    const series = pods.map((pod) => ({
      cluster: "eu",
      node: pod,
      metric: "cpu",
      points: [[atMs, pod.length + (atMs % 7)]],
    }));
    const { status, body } = await server.post("shop", "/ingest", { series });
    return { status, accepted: body.acceptedPoints, body };
  };

  it("never refuse a living one, however many names there have been", async () => {
    for (let hour = 0; hour < 24 * DAYS; hour += 2) {
      const day = Math.floor(hour / 24);
      const { status, accepted } = await send(podsOf(day), START + hour * HOUR_MS);
      expect([hour, status, accepted]).toEqual([hour, 200, PODS]);
    }
    await server.running.platform.settled();
    const health = await server.get("shop", "/health");
    // Today's pods live; yesterday's slept after six hours without a point.
    expect(health.series).toBe(PODS);
    expect(health.seriesAsleep).toBe((DAYS - 1) * PODS);
    const summary = await server.get("shop", "/summary");
    expect([summary.series, summary.seriesAsleep]).toEqual([PODS, (DAYS - 1) * PODS]);
    // "100 nodes", not all 1,200 that there have been.
    expect([summary.nodes, summary.nodesAsleep]).toEqual([PODS, (DAYS - 1) * PODS]);
    const [cluster] = await server.get("shop", "/clusters").then(({ data }) => data);
    expect([cluster.nodes, cluster.nodesAsleep]).toEqual([PODS, (DAYS - 1) * PODS]);
  });

  it("are refused when more than the limit live at the same time; the living go on", async () => {
    const atMs = START + (24 * DAYS - 2) * HOUR_MS;
    const more = await send(podsOf(100), atMs);
    expect([more.status, more.accepted]).toEqual([200, PODS]);
    const refused = await send(podsOf(101), atMs);
    // No sender makes room by sending again: no 429, which asks for just that.
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].detail).toContain(`${PODS} series-limit`);
    const mixed = await send([...podsOf(100), ...podsOf(101)], atMs + 1);
    expect(mixed.body).toMatchObject({ acceptedPoints: PODS, rejectedPoints: PODS });
    const asleep = await send(podsOf(0), atMs + 2);
    expect(asleep.status).toBe(422);
  });

  it("sleep on after a restart, and wake when they send again and there is room", async () => {
    await server.close();
    await open();
    const health = await server.get("shop", "/health");
    expect([health.series, health.seriesAsleep]).toEqual([2 * PODS, (DAYS - 1) * PODS]);
    const atMs = START + (24 * DAYS - 2) * HOUR_MS;
    expect((await send(podsOf(0), atMs + 3)).status).toBe(422);
    const later = atMs + 30 * HOUR_MS;
    expect((await send(podsOf(100), later)).accepted).toBe(PODS);
    expect((await send(podsOf(0), later)).accepted).toBe(PODS);
    expect((await server.get("shop", "/health")).series).toBe(2 * PODS);
  });
});

function podsOf(day: number): string[] {
  return Array.from({ length: PODS }, (_, i) => `web-${day}-${i}`);
}
