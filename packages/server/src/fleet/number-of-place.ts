import type { FleetNames } from "@foreshock/core/fold";
import type { EntityPlace } from "./rollup-history.ts";

/** The fold's numbers of nodes and clusters by their names; -1 for those that it does not know. */
export class NumberOfPlace {
  readonly #names: () => FleetNames | undefined;
  readonly #nodes = new Map<string, number>();
  readonly #clusters = new Map<string, number>();
  /** Nodes that are asked for by the same object again are found without their names. */
  readonly #byPlace = new WeakMap<EntityPlace, number>();

  constructor(names: () => FleetNames | undefined) {
    this.#names = names;
  }

  node(clusterId: string, nodeId: string): number {
    const names = this.#names();
    if (names === undefined) return -1;
    for (let n = this.#nodes.size; n < names.nodeIds.length; n++) {
      const cluster = names.clusterIds[names.nodeCluster[n]!]!;
      this.#nodes.set(`${cluster}\0${names.nodeIds[n]!}`, n);
    }
    return this.#nodes.get(`${clusterId}\0${nodeId}`) ?? -1;
  }

  nodeOf(place: EntityPlace): number {
    const known = this.#byPlace.get(place);
    const number = known ?? this.node(place.clusterId, place.nodeId);
    if (known === undefined && number >= 0) this.#byPlace.set(place, number);
    return number;
  }

  cluster(clusterId: string): number {
    const names = this.#names();
    if (names === undefined) return -1;
    for (let c = this.#clusters.size; c < names.clusterIds.length; c++) {
      this.#clusters.set(names.clusterIds[c]!, c);
    }
    return this.#clusters.get(clusterId) ?? -1;
  }
}
