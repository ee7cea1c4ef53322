import { HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { Dice } from "@foreshock/core/generator";
import { type ClusterChunk, loadAt, releaseOffsets } from "./cluster-load.ts";
import {
  applyEffect,
  type Disturbance,
  type EffectMemory,
  type MetricEffect,
  type Spell,
  spellsIn,
} from "./disturbance.ts";
import type { ClusterPlan } from "./fleet-plan.ts";
import { METRIC_NAMES, METRIC_SHAPES, type MetricShape } from "./metric-catalog.ts";
import {
  addBursts,
  fillMetric,
  finishMetric,
  growMetric,
  levelOf,
  shiftMetric,
} from "./metric-fill.ts";

const SHAPES: readonly MetricShape[] = METRIC_NAMES.map((name) => METRIC_SHAPES[name]);

/** Correlation of the node's own common swings from step to step. */
const NODE_MEMORY = 0.8;
/** Nodes serve different users: their day runs up to so much earlier or later than the cluster's. */
const DAY_SHIFT_MS = 4 * HOUR_MS;
/** A gap of one to three steps about once in six days: an agent that restarts. */
const GAP_CHANCE = 1 / 1700;
const GAP_STEPS_MAX = 3;
/** A deploy rolls over the nodes of a cluster in this time. */
const ROLL_MS = 40 * MINUTE_MS;

/** One chunk of a node: a column per metric in the order of METRIC_NAMES. */
export interface NodeChunk {
  readonly columns: readonly Float64Array[];
  /** 1 where the node reported nothing. */
  readonly missing: Uint8Array;
  readonly missingCount: number;
}

/**
 * The metrics of one node, chunk after chunk. Same seed, plan and disturbances: same values, however
 * the time is cut into chunks. Disturbances draw no dice, so a fault changes nothing around it.
 */
export class NodeStream {
  readonly nodeId: string;
  readonly #bases: Float64Array;
  readonly #metricDice: readonly Dice[];
  readonly #burstDice: readonly Dice[];
  readonly #ownDice: Dice;
  readonly #gapDice: Dice;
  readonly #noise = new Float64Array(METRIC_NAMES.length);
  readonly #counters = new Float64Array(METRIC_NAMES.length);
  readonly #memories = new Map<MetricEffect, EffectMemory>();
  readonly #seed: number;
  readonly #plan: ClusterPlan;
  readonly #startMs: number;
  readonly #deploysMs: readonly number[];
  readonly #dayShiftMs: number;
  #own = 0;
  #gapLeft = 0;

  constructor(seed: number, plan: ClusterPlan, nodeIndex: number, startMs: number) {
    this.nodeId = plan.nodeIds[nodeIndex]!;
    const name = `${seed} node ${plan.tenantId}/${plan.clusterId}/${this.nodeId}`;
    const trait = new Dice(name);
    this.#bases = Float64Array.from(SHAPES, ({ base: [low, high] }) => trait.between(low, high));
    this.#dayShiftMs = Math.round(trait.between(-DAY_SHIFT_MS, DAY_SHIFT_MS));
    this.#metricDice = METRIC_NAMES.map((metric) => new Dice(`${name}/${metric}`));
    this.#burstDice = METRIC_NAMES.map((metric) => new Dice(`${name}/${metric} bursts`));
    this.#ownDice = new Dice(`${name} own`);
    this.#gapDice = new Dice(`${name} gaps`);
    this.#seed = seed;
    this.#plan = plan;
    this.#startMs = startMs;
    const lateMs = Math.round((nodeIndex / plan.nodeIds.length) * ROLL_MS);
    this.#deploysMs = plan.deploysMs.map((atMs) => atMs + lateMs);
  }

  next(chunk: ClusterChunk, disturbances: readonly Disturbance[]): NodeChunk {
    const columns = this.#healthy(chunk);
    this.#release(columns, chunk);
    const missing = this.#gaps(chunk.count);
    const endMs = chunk.startMs + chunk.count * chunk.stepMs;
    for (const disturbance of disturbances) {
      for (const spell of spellsIn(disturbance, chunk.startMs, endMs)) {
        this.#disturb(columns, missing, chunk, disturbance, spell);
      }
    }
    for (let m = 0; m < columns.length; m++) finishMetric(SHAPES[m]!, columns[m]!);
    this.#count(columns, chunk);
    let missingCount = 0;
    for (const flag of missing) missingCount += flag;
    return { columns, missing, missingCount };
  }

  #healthy(chunk: ClusterChunk): Float64Array[] {
    const own = this.#ownSwings(chunk.count);
    const loads = new Map<number, Float64Array>();
    return SHAPES.map((shape, m) => {
      const load = loads.get(shape.lagSteps) ?? this.#load(chunk, shape.lagSteps);
      loads.set(shape.lagSteps, load);
      const column = new Float64Array(chunk.count);
      const base = this.#bases[m]!;
      const ingredients = { load, common: chunk.common, own, base, dice: this.#metricDice[m]! };
      this.#noise[m] = fillMetric(shape, ingredients, this.#noise[m]!, column);
      addBursts(shape, base, this.#burstDice[m]!, column);
      growMetric(shape, column, chunk.startMs - this.#startMs, chunk.stepMs);
      return column;
    });
  }

  #ownSwings(count: number): Float64Array {
    const own = new Float64Array(count);
    const fresh = Math.sqrt(1 - NODE_MEMORY ** 2);
    for (let i = 0; i < count; i++) {
      this.#own = NODE_MEMORY * this.#own + fresh * this.#ownDice.gaussian();
      own[i] = this.#own;
    }
    return own;
  }

  #load({ startMs, stepMs, count }: ClusterChunk, lagSteps: number): Float64Array {
    const load = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const atMs = startMs + (i - lagSteps) * stepMs - this.#dayShiftMs;
      load[i] = loadAt(atMs, this.#plan.zoneHours);
    }
    return load;
  }

  /** Moves the levels by what the release that runs at each step does to them. */
  #release(columns: readonly Float64Array[], { startMs, stepMs, count }: ClusterChunk): void {
    let from = 0;
    let release = this.#deploysMs.filter((atMs) => atMs <= startMs).length;
    while (from < count) {
      const nextMs = this.#deploysMs[release] ?? Number.POSITIVE_INFINITY;
      const to = Math.min(count, Math.max(from + 1, Math.ceil((nextMs - startMs) / stepMs)));
      const offsets = releaseOffsets(this.#seed, this.#plan, release);
      for (let m = 0; m < columns.length; m++) {
        if (offsets[m] !== 0) shiftMetric(SHAPES[m]!, columns[m]!, from, to, offsets[m]!);
      }
      from = to;
      release++;
    }
  }

  #gaps(count: number): Uint8Array {
    const missing = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (this.#gapDice.uniform() < GAP_CHANCE) {
        this.#gapLeft = 1 + this.#gapDice.below(GAP_STEPS_MAX);
      }
      if (this.#gapLeft > 0) {
        missing[i] = 1;
        this.#gapLeft--;
      }
    }
    return missing;
  }

  #disturb(
    columns: readonly Float64Array[],
    missing: Uint8Array,
    chunk: ClusterChunk,
    disturbance: Disturbance,
    spell: Spell,
  ): void {
    if (disturbance.nodeIds !== undefined && !disturbance.nodeIds.has(this.nodeId)) return;
    if (disturbance.silent) silence(missing, chunk, spell);
    for (const effect of disturbance.effects) {
      const m = METRIC_NAMES.indexOf(effect.metric);
      const memory = this.#memories.get(effect) ?? { held: Number.NaN };
      this.#memories.set(effect, memory);
      const levelAt = (atMs: number) => this.#levelAt(m, atMs, chunk.stepMs);
      applyEffect(columns[m]!, effect, { ...chunk, spell, levelAt }, memory);
    }
  }

  /** The usual level of a metric at an instant: its mean without noise. */
  #levelAt(m: number, atMs: number, stepMs: number): number {
    const shape = SHAPES[m]!;
    const lagMs = shape.lagSteps * stepMs + this.#dayShiftMs;
    const load = loadAt(atMs - lagMs, this.#plan.zoneHours);
    return levelOf(shape, this.#bases[m]!, load);
  }

  /** Rates become cumulative counters, which start again at 0 when a deploy restarts the node. */
  #count(columns: readonly Float64Array[], { startMs, stepMs, count }: ClusterChunk): void {
    const endMs = startMs + count * stepMs;
    const restarts = this.#deploysMs
      .filter((atMs) => atMs > startMs - stepMs && atMs <= endMs - stepMs)
      .map((atMs) => Math.ceil((atMs - startMs) / stepMs));
    for (let m = 0; m < columns.length; m++) {
      if (!SHAPES[m]!.counter) continue;
      const column = columns[m]!;
      let total = this.#counters[m]!;
      for (let i = 0; i < count; i++) {
        if (restarts.includes(i)) total = 0;
        total += (column[i]! * stepMs) / 1000;
        column[i] = Math.round(total * 1000) / 1000;
      }
      this.#counters[m] = total;
    }
  }
}

function silence(
  missing: Uint8Array,
  { startMs, stepMs, count }: ClusterChunk,
  spell: Spell,
): void {
  const from = Math.max(0, Math.ceil((spell.startMs - startMs) / stepMs));
  const to = Math.min(count, Math.ceil((spell.endMs - startMs) / stepMs));
  if (from < to) missing.fill(1, from, to);
}
