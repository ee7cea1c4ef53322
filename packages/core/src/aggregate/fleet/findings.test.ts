import { describe, expect, it } from "vitest";
import type { FleetFinding } from "./fleet-finding.ts";
import type { TenantFleetOptions } from "./fleet-options.ts";
import { MARK } from "./step-marks.ts";
import { TenantFleet } from "./tenant-fleet.ts";
import { packed } from "./testing-fleet.ts";

const STEP_MS = 300_000;
const CLUSTERS = 3;
const NODES = 10;
const METRICS = 6;
const QUIET_STEPS = 3000;

/** A fleet that has been healthy for ten days; `odd` says which p becomes tiny from then on. */
class Scene {
  readonly fleet: TenantFleet;
  readonly found = new Map<string, FleetFinding>();
  readonly retracted: string[] = [];
  private readonly series: number[];
  private state = 9;
  private readonly given = new Map<string, number>();

  constructor(options: Partial<TenantFleetOptions> = {}) {
    this.fleet = new TenantFleet({
      stepMs: STEP_MS,
      budgetDays: 7,
      rewindMs: 7_200_000,
      ...options,
    });
    this.series = Array.from({ length: CLUSTERS * NODES * METRICS }, (_, s) => {
      const node = Math.floor(s / METRICS);
      return this.fleet.addSeries(
        `c${Math.floor(node / NODES)}`,
        `n${node % NODES}`,
        `m${s % METRICS}`,
      );
    });
    this.run(0, QUIET_STEPS);
  }

  run(
    start: number,
    end: number,
    odd: (cluster: number, node: number, metric: number, step: number) => boolean = () => false,
    mark: (node: number, metric: number, step: number) => number = () => MARK.none,
  ): void {
    for (let step = start; step < end; step++) {
      this.series.forEach((series, s) => {
        const node = Math.floor(s / METRICS);
        const is = odd(Math.floor(node / NODES), node % NODES, s % METRICS, step);
        const said = mark(node, s % METRICS, step);
        const p = is ? 1e-9 : this.dice();
        this.given.set(`${series} ${step}`, p);
        this.fleet.put(series, step * STEP_MS, p, "value", said);
      });
      this.advance(step + 1);
    }
  }

  advance(step: number): void {
    this.fleet.advance(step * STEP_MS, ({ changed, retracted }) => {
      for (const finding of changed) this.found.set(finding.id, finding);
      for (const id of retracted) {
        this.found.delete(id);
        this.retracted.push(id);
      }
    });
  }

  /** The p that a series was given in a step. */
  pOf(series: number, step: number): number {
    return this.given.get(`${series} ${step}`)!;
  }

  get list(): FleetFinding[] {
    return [...this.found.values()];
  }

  private dice(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return (this.state + 0.5) / 4_294_967_296;
  }
}

describe("findings of a fleet", () => {
  it("name the node, its metrics and when it opened and closed", () => {
    const scene = new Scene();
    const before = scene.found.size;
    const at = QUIET_STEPS + 5;
    scene.run(QUIET_STEPS, at + 60, (c, n, m, step) => {
      return c === 1 && n === 4 && m < 3 && step >= at && step < at + 12;
    });
    const [finding, ...others] = scene.list.slice(before);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      level: "node",
      clusterId: "c1",
      nodeId: "n4",
      openedMs: at * STEP_MS,
      // The same p again is not news: the entity's own past has learnt it, so it is not raised again.
      raisedMs: at * STEP_MS,
      closedMs: (at + 11) * STEP_MS,
      second: false,
      whole: true,
    });
    expect(finding!.members.map(({ nodeId }) => nodeId)).toEqual(["n4"]);
    const metrics = finding!.contributions.map(
      ({ series }) => scene.fleet.names.metricNames[series],
    );
    expect(metrics.slice(0, 3).sort()).toEqual(["m0", "m1", "m2"]);
    expect(finding!.contributions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(scene.fleet.openFindings).toEqual([]);
  });

  it("call a common move of a cluster one finding of the cluster, with its nodes as members", () => {
    const scene = new Scene();
    const before = scene.found.size;
    scene.run(QUIET_STEPS, QUIET_STEPS + 40, (c, n, m, step) => {
      return c === 2 && n < 5 && m < 3 && step < QUIET_STEPS + 12;
    });
    const [finding, ...others] = scene.list.slice(before);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ level: "cluster", clusterId: "c2", nodeId: undefined });
    const members = finding!.members.map(({ nodeId }) => nodeId);
    for (const node of ["n0", "n1", "n2", "n3", "n4"]) expect(members).toContain(node);
  });

  it("see a second fault elsewhere while the first is open, only with the second look", () => {
    const places = [true, false].map((secondLook) => {
      const scene = new Scene({ secondLook });
      const before = scene.found.size;
      scene.run(QUIET_STEPS, QUIET_STEPS + 30, (c, n, m, step) => {
        if (m >= 4) return false;
        return (c === 0 && n === 1) || (c === 2 && n === 7 && step >= QUIET_STEPS + 5);
      });
      return scene.list
        .slice(before)
        .map(({ clusterId, nodeId, second }) => [clusterId, nodeId, second]);
    });
    expect(places).toEqual([
      [
        ["c0", "n1", false],
        ["c2", "n7", true],
      ],
      [["c0", "n1", false]],
    ]);
  });

  it("are taken back when late points show that nothing happened", () => {
    const scene = new Scene();
    const before = scene.found.size;
    scene.run(QUIET_STEPS, QUIET_STEPS + 3, (c, n, m) => c === 0 && n === 0 && m < 3);
    const [finding] = scene.list.slice(before);
    expect(finding).toMatchObject({ clusterId: "c0", nodeId: "n0", closedMs: undefined });
    for (let step = QUIET_STEPS; step < QUIET_STEPS + 3; step++) {
      for (let series = 0; series < 3; series++) scene.fleet.put(series, step * STEP_MS, 0.5);
    }
    scene.advance(QUIET_STEPS + 3);
    expect(scene.retracted).toEqual([finding!.id]);
    expect(scene.fleet.openFindings).toEqual([]);
  });

  it("hold a fault that is learnt while its metrics say that it lasts, and say what it came to", () => {
    const at = QUIET_STEPS + 5;
    const end = at + 60;
    const outcomes = [MARK.recovered, MARK.accepted, MARK.none].map((mark) => {
      const scene = new Scene();
      const before = scene.found.size;
      scene.run(
        QUIET_STEPS,
        end + 20,
        (c, n, m, step) => c === 1 && n === 4 && m < 3 && step >= at && step < at + 2,
        (node, m, step) => {
          if (node !== NODES + 4 || m >= 3 || step < at) return MARK.none;
          return step < end ? MARK.held : mark;
        },
      );
      const [finding, ...others] = scene.list.slice(before);
      expect(others).toEqual([]);
      // Held until the last marked step; ten quiet steps later it closes.
      expect(finding).toMatchObject({
        openedMs: at * STEP_MS,
        closedMs: (end + 10) * STEP_MS,
      });
      return finding!.outcome;
    });
    expect(outcomes).toEqual(["recovered", "accepted", "open"]);
  });

  it("do not open on the way back from a fault, and do elsewhere at the same time", () => {
    const scene = new Scene();
    const before = scene.found.size;
    scene.run(
      QUIET_STEPS,
      QUIET_STEPS + 8,
      (c, n, m, step) =>
        m < 3 && ((c === 1 && n === 4) || (c === 2 && n === 7 && step >= QUIET_STEPS + 4)),
      (node, m) => (node === NODES + 4 && m < 3 ? MARK.recovered : MARK.none),
    );
    expect(scene.list.slice(before)).toMatchObject([{ clusterId: "c2", nodeId: "n7" }]);
  });

  it("follow late marks: a hold that turns out to have ended earlier closes its finding then", () => {
    const at = QUIET_STEPS + 5;
    const odd = (c: number, n: number, m: number, step: number) =>
      c === 1 && n === 4 && m < 3 && step === at;
    const held = (upto: number) => (node: number, m: number, step: number) =>
      node === NODES + 4 && m < 3 && step >= at && step < upto ? MARK.held : MARK.none;
    const told = new Scene();
    told.run(QUIET_STEPS, at + 20, odd, held(at + 3));
    const late = new Scene();
    late.run(QUIET_STEPS, at + 20, odd, held(at + 20));
    expect(late.fleet.openFindings.length).toBe(1);
    for (let step = at + 3; step < at + 20; step++) {
      for (let m = 0; m < 3; m++) {
        const series = (NODES + 4) * METRICS + m;
        late.fleet.put(series, step * STEP_MS, late.pOf(series, step), "value", MARK.none);
      }
    }
    late.advance(at + 20);
    expect(late.fleet.openFindings).toEqual([]);
    expect(packed(late.fleet)).toEqual(packed(told.fleet));
  });

  it("follow a new budget from the next step on", () => {
    const scene = new Scene({ budgetDays: 1e6 });
    scene.run(QUIET_STEPS, QUIET_STEPS + 2, (c, n) => c === 0 && n === 0);
    expect(scene.list).toEqual([]);
    scene.fleet.setBudgetDays(7);
    scene.advance(QUIET_STEPS + 2);
    expect(scene.list).toEqual([]);
    scene.run(QUIET_STEPS + 2, QUIET_STEPS + 3, (c, n) => c === 1 && n === 0);
    expect(scene.list.map(({ openedMs }) => openedMs)).toEqual([(QUIET_STEPS + 2) * STEP_MS]);
  });

  it("count a silence as an odd child: the absence of a metric raises its node", () => {
    const scene = new Scene();
    const before = scene.found.size;
    for (let step = QUIET_STEPS; step < QUIET_STEPS + 2; step++) {
      for (let series = 0; series < METRICS; series++) {
        scene.fleet.put(series, step * STEP_MS, 1e-8, "absence");
      }
      scene.advance(step + 1);
    }
    expect(scene.list.slice(before)).toMatchObject([
      { clusterId: "c0", nodeId: "n0", whole: true },
    ]);
  });
});
