import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  createStreamEngine,
  DETECTOR_OUT_LENGTH,
  type SeriesDetector,
  StateMemory,
} from "@foreshock/core/fold";

const INTERVAL_MS = 300_000;
const ORIGIN_MS = 1_699_920_000_000;
const POINTS = 400_000;
const SERIES = 1000;
const ROUNDS = 5;
const STATE_SERIES = 10_000;
/** Enough for an interval to be learnt. */
const STATE_POINTS = 25;

export interface EngineSpeed {
  /** Points per CPU-second of scorer and calibrator together; the best of several rounds. */
  readonly oneSeriesPointsPerCpuSecond: number;
  /** The same with 1,000 series by turns, a point of each. */
  readonly manySeriesPointsPerCpuSecond: number;
  /** What a detector at five-minute sampling saves. */
  readonly savedStateBytes: number;
  /** Memory that a detector among many really takes, objects and all: heap and buffers after a collection. */
  readonly residentStateBytes: number;
}

/** Engine and score on one core: speed in CPU time, so that a busy machine matters less. */
export function measureEngine(): EngineSpeed {
  const values = dailyLoad(POINTS);
  const one = openMany(1);
  const many = openMany(SERIES);
  return {
    oneSeriesPointsPerCpuSecond: best(one, values),
    manySeriesPointsPerCpuSecond: best(many, values),
    savedStateBytes: one[0]!.save().length,
    residentStateBytes: residentBytes(values),
  };
}

/** The first round, in which intervals are learnt and code is compiled, does not count. */
function best(detectors: readonly SeriesDetector[], values: Float64Array): number {
  let fastest = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    pushAll(detectors, values, round);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) fastest = Math.max(fastest, (values.length / (user + system)) * 1e6);
  }
  return Math.round(fastest);
}

/** Deals `values` out to the detectors by turns; rounds follow each other in time. */
function pushAll(detectors: readonly SeriesDetector[], values: Float64Array, round: number): void {
  const out = new Float64Array(DETECTOR_OUT_LENGTH);
  const stepsARound = Math.ceil(values.length / detectors.length);
  let atMs = ORIGIN_MS + round * stepsARound * INTERVAL_MS;
  for (let i = 0; i < values.length; atMs += INTERVAL_MS) {
    for (let k = 0; k < detectors.length && i < values.length; k++) {
      detectors[k]!.push(atMs, values[i++]!, out);
    }
  }
}

function openMany(count: number): SeriesDetector[] {
  const engine = createStreamEngine();
  const memory = new StateMemory();
  return Array.from({ length: count }, () => engine.open(undefined, memory));
}

function residentBytes(values: Float64Array): number {
  const before = memoryBytes();
  const detectors = openMany(STATE_SERIES);
  pushAll(detectors, values.subarray(0, STATE_SERIES * STATE_POINTS), 0);
  const after = memoryBytes();
  return Math.round((after - before) / detectors.length);
}

function memoryBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // Twice: buffers are given back by the collection after the one that found them dead.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Daily load with autocorrelated noise; always the same numbers. */
function dailyLoad(pointCount: number): Float64Array {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 4_294_967_296;
  };
  let noise = 0;
  return Float64Array.from({ length: pointCount }, (_, i) => {
    noise = 0.8 * noise + 3 * (random() + random() + random() - 1.5);
    return 35 + 15 * Math.sin((2 * Math.PI * i) / 288) + noise;
  });
}
