import { type FleetNames, type FleetStep, type LevelStep, scoreOfP } from "@foreshock/core/fold";
import { type EntityNow, known, NowBoard } from "./entity-now.ts";
import { clusterPlace, nodePlace, TENANT_PLACE } from "./entity-places.ts";
import type { EntityHistory, EntityPlace, RollupHistory } from "./rollup-history.ts";

/** What the steps of a tenant say, written down: the scores of all entities over time, and where each is now. */
export class StepBoard {
  tenantNow: EntityNow = { score: 0, anomalous: 0 };
  readonly nodes: NowBoard = new NowBoard();
  readonly clusters: NowBoard = new NowBoard();
  readonly #history: RollupHistory;
  readonly #stepMs: number;
  readonly #names: FleetNames;
  /** By the fold's numbers. */
  readonly #nodeHistory: EntityHistory[] = [];
  readonly #clusterHistory: EntityHistory[] = [];

  constructor(history: RollupHistory, stepMs: number, names: FleetNames) {
    this.#history = history;
    this.#stepMs = stepMs;
    this.#names = names;
  }

  /** Cost: the entities that the step is about. */
  note({ step, startMs, nodes, clusters, tenant }: FleetStep): void {
    const history = this.#history;
    this.nodes.begin(step);
    this.clusters.begin(step);
    this.#level(nodes, startMs, this.nodes, this.#nodeHistory, (n) => nodePlace(this.#names, n));
    this.#level(clusters, startMs, this.clusters, this.#clusterHistory, (c) =>
      clusterPlace(this.#names, c),
    );
    history.put(history.entity(TENANT_PLACE), startMs, scoreOfP(tenant.promisedP, this.#stepMs));
    this.tenantNow = { score: known(tenant.score), anomalous: tenant.anomalousNodes };
  }

  /** Where everything was at the last step before a restart; -Infinity where there was none. */
  takeUp(startMs: number): void {
    if (!Number.isFinite(startMs)) return;
    const last = { startMs, endMs: startMs + this.#stepMs };
    const { nodeIds, clusterIds } = this.#names;
    const history = this.#history;
    this.nodes.begin(startMs / this.#stepMs);
    this.clusters.begin(startMs / this.#stepMs);
    nodeIds.forEach((_, n) => {
      history.read(nodePlace(this.#names, n), last, (_at, score) =>
        this.nodes.note(n, Math.min(1, score), 0),
      );
    });
    clusterIds.forEach((_, c) => {
      history.read(clusterPlace(this.#names, c), last, (_at, score) =>
        this.clusters.note(c, Math.min(1, score), 0),
      );
    });
    history.read(TENANT_PLACE, last, (_, score) => {
      this.tenantNow = { score: Math.min(1, score), anomalous: 0 };
    });
  }

  #level(
    { touched, promisedP, score, anomalous }: LevelStep,
    startMs: number,
    now: NowBoard,
    histories: EntityHistory[],
    placeOf: (number: number) => EntityPlace,
  ): void {
    for (let i = 0; i < touched.length; i++) {
      const e = touched[i]!;
      histories[e] ??= this.#history.entity(placeOf(e));
      const p = promisedP[e] ?? Number.NaN;
      this.#history.put(histories[e], startMs, scoreOfP(p, this.#stepMs));
      now.note(e, score[e]!, anomalous[e]!);
    }
  }
}
