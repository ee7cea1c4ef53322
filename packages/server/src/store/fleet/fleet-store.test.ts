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
  const onDamage = (one: Damage): void => expect.unreachable(one.reason);

  beforeEach(() => {
    place = scratch();
    file = join(place.dir, "fleet.db");
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

  it("gives back blocks of scores as they were saved, overwritten ones as well, and after reopening", () => {
    expect(dayOf(acme, NODE, DAY)).toBeUndefined();
    const scores = hourly({ 3: 0.5 });
    acme.scores.save([{ place: NODE, day: DAY, block: 0, scores }]);
    scores[4] = 0.75;
    expect(dayOf(acme, NODE, DAY)).toEqual(hourly({ 3: 0.5 }));
    acme.scores.save([{ place: NODE, day: DAY, block: 0, scores }]);
    acme.scores.save([{ place: OTHER, day: DAY, block: 2, scores }]);
    reopen();
    expect(dayOf(acme, NODE, DAY)).toEqual(hourly({ 3: 0.5, 4: 0.75 }));
    const firstSteps: number[] = [];
    acme.scores.load(OTHER, DAY, (firstStep) => firstSteps.push(firstStep));
    expect(firstSteps).toEqual([512]);
  });

  it("brings files of formats 1 and 3 forward, with their days of scores, and blocks lie over them", () => {
    for (const format of [1, 3]) {
      store.close();
      const old = new DatabaseSync(file);
      old.exec("DROP TABLE score_block; DROP TABLE fleet_piece; DROP TABLE fleet_save");
      old.exec("INSERT OR IGNORE INTO entity VALUES (1, 'acme', 'node', 'eu', 'n1')");
      const bytes = new Uint8Array(hourly({ 3: 0.5 }).buffer);
      old.prepare("INSERT OR REPLACE INTO score_day VALUES (?, 1, ?)").run(DAY, bytes);
      if (format === 1) old.exec("ALTER TABLE score_day ADD COLUMN anomalies BLOB");
      if (format === 1) old.exec("DROP TABLE finding_before");
      old.exec(`PRAGMA user_version = ${format}`);
      old.close();
      store = FleetStore.open(file, { onDamage });
      acme = store.forTenant("acme");
      expect(dayOf(acme, NODE, DAY)).toEqual(hourly({ 3: 0.5 }));
      acme.scores.save([{ place: NODE, day: DAY, block: 0, scores: hourly({ 4: 0.5 }) }]);
      reopen();
      expect(dayOf(acme, NODE, DAY)).toEqual(hourly({ 4: 0.5 }));
    }
  });

  it("keeps a fold of format 3 aside, with its names, until the tenant is saved again", () => {
    store.close();
    const old = new DatabaseSync(file);
    old
      .prepare("INSERT INTO fleet_state VALUES ('acme', 'fold', ?, '{}', 0, ?)")
      .run(START, oldState({ metricNames: ["cpu"], seriesNode: [0], nodeIds: ["n1"] }));
    old.exec("INSERT INTO fleet_state VALUES ('broken', 'fold', 1, '', 0, x'010203')");
    old.close();
    store = FleetStore.open(file, { onDamage });
    acme = store.forTenant("acme");
    expect(acme.oldStates.fold()).toEqual({ uptoMs: START, position: "{}" });
    expect(acme.oldStates.names()).toMatchObject({ metricNames: ["cpu"], nodeIds: ["n1"] });
    expect(store.forTenant("broken").oldStates.names()).toBeUndefined();
    expect(store.forTenant("other").oldStates.fold()).toBeUndefined();
    acme.oldStates.drop();
    expect([acme.oldStates.fold(), acme.oldStates.names()]).toEqual([undefined, undefined]);
  });

  it("forgets days before a day, of one tenant only", () => {
    const other = store.forTenant("other");
    for (const tenant of [acme, other]) {
      const days = [DAY, DAY + 1];
      tenant.scores.save(
        days.map((day) => ({ place: NODE, day, block: 0, scores: hourly({ 1: 0.5 }) })),
      );
    }
    acme.scores.dropBefore(DAY + 1);
    expect(dayOf(acme, NODE, DAY)).toBeUndefined();
    expect(dayOf(acme, NODE, DAY + 1)).toBeDefined();
    expect(dayOf(other, NODE, DAY)).toBeDefined();
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

  it("keeps settings by tenant", () => {
    acme.putSetting("stepMs", String(5 * MINUTE_MS));
    reopen();
    expect(acme.setting("stepMs")).toBe("300000");
    expect(store.forTenant("other").setting("stepMs")).toBeUndefined();
  });

  it("takes a checkpoint whole or not at all", () => {
    const write = (fail: boolean) => () => {
      acme.scores.save([{ place: NODE, day: DAY, block: 0, scores: hourly({ 1: 0.5 }) }]);
      acme.pieces.switchTo({ slot: "fold", uptoMs: 1, position: "1" });
      if (fail) throw new Error("stop");
    };
    expect(() => store.checkpoint(write(true))).toThrow("stop");
    expect(acme.pieces.saved()).toBeUndefined();
    expect(dayOf(acme, NODE, DAY)).toBeUndefined();
    store.checkpoint(write(false));
    reopen();
    expect(acme.pieces.saved()?.position).toBe("1");
    expect(dayOf(acme, NODE, DAY)).toEqual(hourly({ 1: 0.5 }));
  });
});

function dayOf({ scores }: TenantFleetStore, place: FleetPlace, day: number) {
  let found: Float32Array | undefined;
  scores.load(place, day, (_, column) => {
    found = column;
  });
  return found;
}

/** A fold as formats up to 3 began: lengths, the header of the silences, and that of the fleet. */
function oldState(header: Record<string, unknown>): Uint8Array {
  const silence = Buffer.from("{}");
  const text = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.from(Uint32Array.of(silence.length, 6 + 8 + text.length).buffer);
  const textLength = Buffer.from(Float64Array.of(text.length).buffer);
  const seal = Buffer.alloc(6);
  return Buffer.concat([seal, lengths, silence, seal, textLength, text]);
}

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
