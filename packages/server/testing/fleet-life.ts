import { join } from "node:path";
import { DAY_MS, INTERVAL_POINTS } from "@foreshock/core/fold";
import type { SeriesInfo } from "../src/dispatch/directory.ts";
import { SeriesDirectory } from "../src/dispatch/series-directory.ts";
import { FleetHost } from "../src/fleet/fleet-host.ts";
import type { EntityPlace } from "../src/fleet/rollup-history.ts";
import { LATEST, LATEST_LENGTH, type ScoredMessage } from "../src/partition/protocol.ts";
import { FleetStore } from "../src/store/fleet/fleet-store.ts";

export const STEP = 10_000;
export const START = 20_000 * DAY_MS;
export const NODES = 8;
export const METRICS = 4;

/** A life of a host over a folder: its own directory and store. */
export class Life {
  readonly directory = new SeriesDirectory(1);
  readonly store: FleetStore;
  readonly host: FleetHost;
  readonly lost: string[] = [];
  readonly notSaved: string[] = [];
  readonly advanced: string[] = [];
  readonly series = new Map<string, SeriesInfo[]>();

  constructor(dir: string) {
    this.store = FleetStore.open(join(dir, "fleet.db"), {
      onDamage: ({ tenantId }) => void this.lost.push(tenantId!),
    });
    this.host = new FleetHost({
      directory: this.directory,
      store: this.store,
      settingsOf: () => ({ budgetDays: 7, stepMs: STEP }),
      gridFixed: () => {},
      now: () => START,
      saveFailed: (tenantId) => void this.notSaved.push(tenantId),
      stateLost: (tenantId) => void this.lost.push(tenantId),
      follower: (tenantId) => ({
        findingChanged: () => {},
        findingRetracted: () => {},
        changed: () => {},
        keptBytes: 0,
        advanced: () => void this.advanced.push(tenantId),
      }),
    });
  }

  /** Series of a tenant, all of one cluster. */
  add(tenantId: string, nodes = NODES): void {
    const infos: SeriesInfo[] = [];
    for (let n = 0; n < nodes; n++) {
      for (let m = 0; m < METRICS; m++) {
        const key = { tenantId, clusterId: "eu", nodeId: `n${n}`, metricName: `m${m}` };
        infos.push(this.directory.add(key, {}));
      }
    }
    this.series.set(tenantId, infos);
  }

  /** Scored points of steps [from, to), of all series of a tenant. */
  hear(tenantId: string, from: number, to: number): void {
    this.host.hear(messageOf(this.series.get(tenantId)!, from, to));
  }

  finish(): void {
    this.host.advance(() => Number.POSITIVE_INFINITY);
  }

  scores(tenantId: string): string {
    const { history } = this.host.runner(tenantId);
    const places: EntityPlace[] = [{ level: "tenant", clusterId: "", nodeId: "" }];
    for (let n = 0; n < NODES; n++) {
      places.push({ level: "node", clusterId: "eu", nodeId: `n${n}` });
    }
    const all: (readonly [number, number])[] = [];
    for (const place of places) {
      const range = { startMs: START, endMs: START + 1000 * STEP };
      history!.read(place, range, (atMs, score) => all.push([atMs - START, score]));
    }
    return JSON.stringify(all);
  }

  packed(tenantId: string): Buffer {
    const pieces = [...this.host.runner(tenantId).pieces("all")];
    return Buffer.concat(pieces.map(({ bytes }) => bytes));
  }

  close(): void {
    this.store.close();
  }
}

/** A message of the steps [from, to) of some series, whose intervals are known. */
export function messageOf(
  series: readonly SeriesInfo[],
  from: number,
  to: number,
  pointCount: number = INTERVAL_POINTS,
): ScoredMessage {
  const count = to - from;
  const points = series.length * count;
  const latest = new Float64Array(series.length * LATEST_LENGTH);
  const at = (i: number) => START + (from + (i % count)) * STEP;
  series.forEach((_, run) => {
    latest[run * LATEST_LENGTH + LATEST.pointCount] = pointCount;
    latest[run * LATEST_LENGTH + LATEST.intervalMs] = STEP;
  });
  return {
    type: "scored",
    tickets: [],
    handles: Int32Array.from(series, ({ handle }) => handle),
    ends: Int32Array.from(series, (_, run) => (run + 1) * count),
    times: Float64Array.from({ length: points }, (_, i) => at(i)),
    p: Float64Array.from({ length: points }, (_, i) => {
      const s = series[Math.floor(i / count)]!.index;
      return (((from + (i % count)) * 31 + s * 17) % 97) / 97 + 1e-3;
    }),
    flat: new Float64Array(points).fill(Number.NaN),
    phase: new Uint8Array(points),
    latest,
  };
}
