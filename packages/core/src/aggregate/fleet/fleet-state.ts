import { openState, sealState, unreadable } from "../../model/state-bytes.ts";
import { BIN_COUNT, SCALAR_COUNT } from "../entity-state.ts";
import type { SavedBudgets } from "./budget-steps.ts";
import { ByteReader, ByteWriter } from "./column-bytes.ts";
import { BORN, type EntityBank, type LevelRow } from "./entity-bank.ts";
import type { FindingsMemory } from "./fleet-finding.ts";
import { type FleetFold, type FleetRow, fleetRow } from "./fleet-fold.ts";
import type { FleetHistory } from "./fleet-history.ts";
import { StepPoints } from "./step-points.ts";

const STATE_FORMAT = 0x46;
const STATE_VERSION = 2;

/** What is small, as JSON in front of the columns. Numbers survive JSON to the last bit. */
export interface FleetHeader {
  readonly stepMs: number;
  readonly horizonSteps: number;
  readonly ignoredPoints: number;
  readonly memory: FindingsMemory;
  /** [from step (null = always), days]. */
  readonly budgets: SavedBudgets;
  readonly late: readonly (readonly [node: number, fromStep: number])[];
}

interface WholeHeader extends FleetHeader {
  readonly processed: number | null;
  readonly clusterIds: readonly string[];
  readonly nodeIds: readonly string[];
  readonly nodeCluster: readonly number[];
  readonly metricNames: readonly string[];
  readonly seriesNode: readonly number[];
  readonly rows: readonly Pick<FleetRow, "step" | "before" | "opened">[];
}

/** All of a fleet as bytes; the same fleet gives the same bytes, however it came about. */
export function packFleet(fold: FleetFold, history: FleetHistory, header: FleetHeader): Uint8Array {
  const { clusterIds, nodeIds, nodeCluster, metricNames, seriesNode } = fold.directory;
  const { rows, processed } = history;
  for (const row of rows) fold.reserve(row);
  const whole: WholeHeader = {
    ...header,
    processed: Number.isFinite(processed) ? processed : null,
    ...{ clusterIds, nodeIds, nodeCluster, metricNames, seriesNode },
    rows: rows.map(({ step, before, opened }) => ({ step, before, opened })),
  };
  const writer = new ByteWriter();
  writer.text(JSON.stringify(whole));
  for (const bank of [fold.nodes, fold.clusters, fold.tenant]) writeBank(writer, bank);
  for (const row of rows) {
    writeLevel(writer, row.nodes, fold.nodes.count);
    writeLevel(writer, row.clusters, fold.clusters.count);
    writeLevel(writer, row.tenant, fold.tenant.count);
  }
  const steps = [...history.points.keys()].sort((a, b) => a - b);
  writer.number(steps.length);
  for (const step of steps) writePoints(writer, step, history.points.get(step)!);
  return sealState(STATE_FORMAT, STATE_VERSION, writer.bytes());
}

/**
 * Fills an empty fleet. @throws Refusal "state/unreadable" for damage, another grid or horizon, and a
 * fleet that is not empty.
 */
export function unpackFleet(
  bytes: Uint8Array,
  fold: FleetFold,
  history: FleetHistory,
): FleetHeader {
  const reader = new ByteReader(openState(STATE_FORMAT, STATE_VERSION, bytes));
  const header = JSON.parse(reader.text()) as WholeHeader;
  if (header.stepMs !== fold.stepMs || header.horizonSteps !== history.horizonSteps) {
    throw unreadable("it was saved for another step or horizon: make the fleet with those", {
      stepMs: header.stepMs,
      horizonSteps: header.horizonSteps,
    });
  }
  if (fold.directory.metricNames.length > 0) {
    throw unreadable("restore into a new fleet, before any series is added");
  }
  header.metricNames.forEach((metric, series) => {
    const node = header.seriesNode[series]!;
    const cluster = header.clusterIds[header.nodeCluster[node]!]!;
    fold.directory.add(cluster, header.nodeIds[node]!, metric);
  });
  for (const bank of [fold.nodes, fold.clusters, fold.tenant]) readBank(reader, bank);
  history.rows = header.rows.map(({ step, before, opened }) => {
    const row: FleetRow = { ...fleetRow(step, before), opened };
    readLevel(reader, row.nodes, fold.nodes.count);
    readLevel(reader, row.clusters, fold.clusters.count);
    readLevel(reader, row.tenant, fold.tenant.count);
    return row;
  });
  const stepCount = reader.number();
  for (let i = 0; i < stepCount; i++) readPoints(reader, history);
  history.processed = header.processed ?? Number.NEGATIVE_INFINITY;
  history.settle();
  return header;
}

function writeBank(writer: ByteWriter, { count, firstSteps, states }: EntityBank): void {
  writer.number(count);
  writer.column(firstSteps.subarray(0, count));
  writer.column(states.histogram.subarray(0, count * BIN_COUNT));
  writer.column(states.scalars.subarray(0, count * SCALAR_COUNT));
}

function readBank(reader: ByteReader, bank: EntityBank): void {
  const count = reader.number();
  bank.reserve(count);
  bank.firstSteps.set(reader.floats(count));
  bank.states.histogram.set(reader.floats(count * BIN_COUNT));
  bank.states.scalars.set(reader.floats(count * SCALAR_COUNT));
}

/** What a step needs to be taken back is written only where there is something to take back. */
function writeLevel(writer: ByteWriter, row: LevelRow, count: number): void {
  writer.column(row.p.subarray(0, count));
  writer.column(row.promisedP.subarray(0, count));
  writer.column(row.stageP.subarray(0, count));
  writer.column(row.children.subarray(0, count));
  writer.column(row.anomalous.subarray(0, count));
  writer.column(row.bins.subarray(0, count));
  const learnt = learntIn(row.bins, count);
  const before = new Float64Array(learnt.length * (SCALAR_COUNT + 1));
  learnt.forEach((e, i) => {
    const from = i * (SCALAR_COUNT + 1);
    before[from] = row.binBefore[e]!;
    before.set(row.scalarsBefore.subarray(e * SCALAR_COUNT, (e + 1) * SCALAR_COUNT), from + 1);
  });
  writer.column(before);
  const wholes = [...row.histogramBefore].sort(([a], [b]) => a - b);
  writer.number(wholes.length);
  for (const [e, histogram] of wholes) {
    writer.number(e);
    writer.column(histogram);
  }
}

function readLevel(reader: ByteReader, row: LevelRow, count: number): void {
  row.reserve(count);
  row.p.set(reader.floats(count));
  row.promisedP.set(reader.floats(count));
  row.stageP.set(reader.floats(count));
  row.children.set(reader.ints(count));
  row.anomalous.set(reader.ints(count));
  row.bins.set(reader.octets(count));
  const learnt = learntIn(row.bins, count);
  const before = reader.floats(learnt.length * (SCALAR_COUNT + 1));
  learnt.forEach((e, i) => {
    const from = i * (SCALAR_COUNT + 1);
    row.binBefore[e] = before[from]!;
    row.scalarsBefore.set(before.subarray(from + 1, from + 1 + SCALAR_COUNT), e * SCALAR_COUNT);
  });
  const wholeCount = reader.number();
  for (let i = 0; i < wholeCount; i++) {
    row.histogramBefore.set(reader.number(), reader.floats(BIN_COUNT));
  }
}

function learntIn(bins: Uint8Array, count: number): number[] {
  const learnt: number[] = [];
  for (let e = 0; e < count; e++) {
    if (bins[e]! < BORN) learnt.push(e);
  }
  return learnt;
}

function writePoints(writer: ByteWriter, step: number, points: StepPoints): void {
  let count = 0;
  points.forEach(() => {
    count++;
  });
  const series = new Int32Array(count);
  const keys = new Int32Array(count);
  const p = new Float64Array(count);
  let at = 0;
  points.forEach((one, key, value) => {
    series[at] = one;
    keys[at] = key;
    p[at++] = value;
  });
  writer.number(step);
  writer.number(count);
  writer.column(series);
  writer.column(keys);
  writer.column(p);
  const marks = points.marks.all();
  writer.number(marks.length);
  writer.column(Int32Array.from(marks.flat()));
}

function readPoints(reader: ByteReader, history: FleetHistory): void {
  const step = reader.number();
  const count = reader.number();
  const series = reader.ints(count);
  const keys = reader.ints(count);
  const p = reader.floats(count);
  const points = new StepPoints(count);
  // Oldest first is the cheap order of `put`; keys descend inside a series.
  for (let i = count - 1; i >= 0; i--) points.put(series[i]!, keys[i]!, p[i]!);
  const marks = reader.ints(3 * reader.number());
  for (let i = 0; i < marks.length; i += 3) {
    points.marks.put(marks[i]!, marks[i + 1]!, marks[i + 2]!);
  }
  history.points.set(step, points);
}
