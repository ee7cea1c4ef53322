import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch } from "../../../testing/scratch.ts";
import type { Damage } from "../sqlite/damage.ts";
import type { StoredFinding } from "./fleet-findings.ts";
import type { FleetPlace } from "./fleet-scores.ts";
import { FleetStore, type TenantFleetStore } from "./fleet-store.ts";

const DAY = 20_000;
const START = DAY * DAY_MS;
const NODE: FleetPlace = { level: "node", clusterId: "eu", nodeId: "n1" };
const OTHER: FleetPlace = { level: "node", clusterId: "eu", nodeId: "n2" };

describe("FleetStore", () => {
  let place: Scratch;
  let file: string;
  let store: FleetStore;
  let acme: TenantFleetStore;
  let damage: Damage[];
  const onDamage = (one: Damage): void => void damage.push(one);

  beforeEach(() => {
    place = scratch();
    file = join(place.dir, "fleet.db");
    damage = [];
    store = FleetStore.open(file, { onDamage });
    acme = store.forTenant("acme");
  });
  afterEach(() => {
    store.close();
    place.remove();
  });

  function reopen(): void {
    store.close();
    store = FleetStore.open(file, { onDamage });
    acme = store.forTenant("acme");
  }

  it("gives back a day of scores as it was saved, overwritten days as well, and after reopening", () => {
    expect(acme.scores.load(NODE, DAY)).toBeUndefined();
    const scores = hourly({ 3: 0.5 });
    acme.scores.save([{ place: NODE, day: DAY, scores }]);
    scores[4] = 0.75;
    expect(acme.scores.load(NODE, DAY)).toEqual(hourly({ 3: 0.5 }));
    acme.scores.save([{ place: NODE, day: DAY, scores }]);
    reopen();
    expect(acme.scores.load(NODE, DAY)).toEqual(hourly({ 3: 0.5, 4: 0.75 }));
    expect(acme.scores.load(OTHER, DAY)).toBeUndefined();
  });

  it("brings a file of format 1 forward, with its days of scores", () => {
    acme.scores.save([{ place: NODE, day: DAY, scores: hourly({ 3: 0.5 }) }]);
    store.close();
    const old = new DatabaseSync(file);
    old.exec("ALTER TABLE score_day ADD COLUMN anomalies BLOB; DROP TABLE finding_before");
    old.exec("PRAGMA user_version = 1");
    old.close();
    reopen();
    expect(acme.scores.load(NODE, DAY)).toEqual(hourly({ 3: 0.5 }));
    acme.scores.save([{ place: NODE, day: DAY + 1, scores: hourly({ 4: 0.5 }) }]);
    reopen();
    expect(acme.scores.load(NODE, DAY + 1)).toEqual(hourly({ 4: 0.5 }));
  });

  it("forgets days before a day, of one tenant only", () => {
    const other = store.forTenant("other");
    for (const tenant of [acme, other]) {
      tenant.scores.save([DAY, DAY + 1].map((day) => ({ place: NODE, day, scores: hourly({}) })));
    }
    acme.scores.dropBefore(DAY + 1);
    expect(acme.scores.load(NODE, DAY)).toBeUndefined();
    expect(acme.scores.load(NODE, DAY + 1)).toBeDefined();
    expect(other.scores.load(NODE, DAY)).toBeDefined();
  });

  it("lists findings that were open in a range, newest first, page by page", () => {
    for (let hour = 0; hour < 5; hour++) acme.findings.put(finding(`f${hour}`, hour, hour + 2));
    acme.findings.put(finding("still", 1, null));
    const range = { startMs: START + 3 * HOUR_MS, endMs: START + 4 * HOUR_MS };
    const first = acme.findings.list({ ...range, limit: 2 });
    expect(first.map((one) => one.id)).toEqual(["f3", "f2"]);
    const rest = acme.findings.list({ ...range, limit: 9, after: first[1]! });
    expect(rest.map((one) => one.id)).toEqual(["still"]);
    expect(acme.findings.countOpened(START + HOUR_MS, START + 3 * HOUR_MS)).toBe(3);
  });

  it("overwrites and deletes a finding of its own tenant only", () => {
    acme.findings.put(finding("f", 1, null));
    const other = store.forTenant("other").findings;
    expect([other.delete("f"), other.get("f")]).toEqual([false, undefined]);
    acme.findings.put(finding("f", 1, 9));
    expect(acme.findings.get("f")).toEqual(finding("f", 1, 9));
    acme.findings.put({ ...finding("f", 1, 9), score: 0.99 });
    expect(acme.findings.get("f")?.score).toBe(0.99);
    expect(acme.findings.delete("f")).toBe(true);
    expect(acme.findings.get("f")).toBeUndefined();
  });

  it("forgets the findings of one tenant that opened after an instant", () => {
    for (const opened of [1, 2, 3]) acme.findings.put(finding(`f${opened}`, opened, null));
    store.forTenant("other").findings.put(finding("f3", 3, null));
    acme.findings.deleteOpenedAfter(acme.findings.get("f2")!.openedMs);
    expect(openIds(acme)).toEqual(["f2", "f1"]);
    expect(openIds(store.forTenant("other"))).toEqual(["f3"]);
    acme.findings.deleteOpenedAfter(Number.NEGATIVE_INFINITY);
    expect(openIds(acme)).toEqual([]);
  });

  it("keeps states and settings by tenant", () => {
    const state = { uptoMs: START, position: '{"p0":7}', bytes: Uint8Array.of(1, 2, 3) };
    acme.saveState("newest", state);
    acme.putSetting("stepMs", String(5 * MINUTE_MS));
    reopen();
    expect(acme.loadState("newest")).toEqual(state);
    expect(acme.setting("stepMs")).toBe("300000");
    expect(store.forTenant("other").loadState("newest")).toBeUndefined();
    expect(store.forTenant("other").setting("stepMs")).toBeUndefined();
    expect([acme, store.forTenant("other")].map((one) => one.hasState("newest"))).toEqual([
      true,
      false,
    ]);
  });

  it("does not return a damaged state, and reports it", () => {
    acme.saveState("newest", { uptoMs: START, position: "1", bytes: Uint8Array.of(1, 2, 3) });
    store.close();
    const db = new DatabaseSync(file);
    db.exec("UPDATE fleet_state SET data = x'010203ff'");
    db.close();
    reopen();
    expect(acme.loadState("newest")).toBeUndefined();
    expect(acme.hasState("newest")).toBe(true);
    expect(damage).toMatchObject([{ kind: "fleet-state", tenantId: "acme", file }]);
  });

  it("takes a checkpoint whole or not at all", () => {
    const write = (fail: boolean) => () => {
      acme.scores.save([{ place: NODE, day: DAY, scores: hourly({ 1: 0.5 }) }]);
      acme.saveState("newest", { uptoMs: 1, position: "1", bytes: new Uint8Array(1) });
      if (fail) throw new Error("stop");
    };
    expect(() => store.checkpoint(write(true))).toThrow("stop");
    expect(acme.loadState("newest")).toBeUndefined();
    expect(acme.scores.load(NODE, DAY)).toBeUndefined();
    store.checkpoint(write(false));
    reopen();
    expect(acme.loadState("newest")?.position).toBe("1");
    expect(acme.scores.load(NODE, DAY)).toEqual(hourly({ 1: 0.5 }));
  });
});

function openIds({ findings }: TenantFleetStore): string[] {
  const all = findings.list({ startMs: 0, endMs: Number.MAX_SAFE_INTEGER, limit: 99 });
  return all.filter(({ closedMs }) => closedMs === null).map(({ id }) => id);
}

function hourly(known: Record<number, number>): Float32Array {
  const scores = new Float32Array(24).fill(Number.NaN);
  for (const [hour, score] of Object.entries(known)) scores[Number(hour)] = score;
  return scores;
}

function finding(id: string, openHour: number, closeHour: number | null): StoredFinding {
  return {
    id,
    level: "node",
    clusterId: "eu",
    nodeId: "n1",
    openedMs: START + openHour * HOUR_MS,
    closedMs: closeHour === null ? null : START + closeHour * HOUR_MS,
    score: 0.9,
    payload: "{}",
  };
}
