import type { Dice } from "./dice.ts";
import { gaussians, heavyShock } from "./random-laws.ts";

/** What the load metrics of one place feel together. */
export interface CommonShocks {
  /** Correlation of two metrics' shocks on one node, in [0, 1]. */
  readonly correlation: number;
  /** `heavy`: t(3), now and then a jolt of everything; healthy by definition only. */
  readonly law: "normal" | "heavy";
}

/** Share of a node's common variance that all nodes of its cluster have in common. */
const ACROSS_NODES = 0.7;

/** Shocks that all nodes of a cluster feel, unit variance; undefined where nothing is common. */
export function clusterShocks(
  dice: Dice,
  pointCount: number,
  { correlation, law }: CommonShocks,
): Float64Array | undefined {
  return correlation === 0 ? undefined : shocksOf(dice, pointCount, law);
}

/** Shocks that all load metrics of a node feel: the cluster's and its own, unit variance. */
export function nodeShocks(
  dice: Dice,
  ofCluster: Float64Array | undefined,
  { law }: CommonShocks,
): Float64Array | undefined {
  if (ofCluster === undefined) return undefined;
  return joined(ofCluster, shocksOf(dice, ofCluster.length, law), ACROSS_NODES);
}

/** Shocks of one load metric: the node's and its own, unit variance. */
export function metricShocks(
  dice: Dice,
  ofNode: Float64Array,
  { correlation }: CommonShocks,
): Float64Array {
  return joined(ofNode, gaussians(dice, ofNode.length), correlation);
}

function shocksOf(dice: Dice, pointCount: number, law: CommonShocks["law"]): Float64Array {
  if (law === "normal") return gaussians(dice, pointCount);
  return Float64Array.from({ length: pointCount }, () => heavyShock(dice));
}

function joined(common: Float64Array, own: Float64Array, commonShare: number): Float64Array {
  const ofCommon = Math.sqrt(commonShare);
  const ofOwn = Math.sqrt(1 - commonShare);
  return common.map((shock, i) => ofCommon * shock + ofOwn * own[i]!);
}
