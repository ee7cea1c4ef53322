import { type Checksum, openState, sealState, unreadable } from "../model/state-bytes.ts";
import type { DurationMs } from "../model/time.ts";
import { INTERVAL_POINTS } from "./first-points.ts";
import { WATCH_NUMBERS_MIN } from "./step-watch.ts";

const STATE_FORMAT = 0x44;
const VERSION = 2;

/** Number of kept points of a detector that keeps none because its interval is known. */
const LEARNT = 0xff;

/**
 * `[name length u8][kept points u8][scorer version u16][scorer length u32][interval f64][points f64]
 * [stepless u8][numbers of the step watch u8][past length u32]`
 */
const HEAD_BYTES = 30;

interface DetectorStateHead {
  readonly scorerName: string;
  readonly scorerVersion: number;
  readonly intervalMs: DurationMs;
  readonly stepless: boolean;
  readonly pointCount: number;
}

/** Until the interval is known, the first points are the whole state; then models and calibrator are. */
export type DetectorState = DetectorStateHead &
  (
    | {
        /** Stamp and value in turn. */
        readonly first: Float64Array;
        readonly watch: undefined;
        readonly scorer: undefined;
        readonly calibrator: undefined;
        readonly past: undefined;
      }
    | {
        readonly first: undefined;
        /** Numbers of the step watch. */
        readonly watch: Float64Array;
        readonly scorer: Uint8Array;
        readonly calibrator: Uint8Array;
        readonly past: Uint8Array;
      }
  );

const NOTHING = new Uint8Array();
const NO_NUMBERS = new Float64Array();

/**
 * Little-endian: head, scorer's name (ASCII), first points or the step watch, the bytes of scorer, past and
 * calibrator.
 */
export function writeDetectorState(
  state: DetectorStateHead & {
    readonly first: Float64Array | undefined;
    readonly watch: Float64Array | undefined;
    readonly scorer: Uint8Array | undefined;
    readonly calibrator: Uint8Array | undefined;
    readonly past: Uint8Array | undefined;
  },
  checksum?: Checksum,
): Uint8Array {
  const { scorerName, first, watch, scorer = NOTHING, calibrator = NOTHING } = state;
  const { past = NOTHING } = state;
  const numbers = first ?? watch ?? NO_NUMBERS;
  const firstAt = HEAD_BYTES + scorerName.length;
  const scorerAt = firstAt + numbers.length * 8;
  const pastAt = scorerAt + scorer.length;
  const calibratorAt = pastAt + past.length;
  const payload = new Uint8Array(calibratorAt + calibrator.length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, scorerName.length);
  view.setUint8(1, first === undefined ? LEARNT : first.length / 2);
  view.setUint16(2, state.scorerVersion, true);
  view.setUint32(4, scorer.length, true);
  view.setFloat64(8, state.intervalMs, true);
  view.setFloat64(16, state.pointCount, true);
  view.setUint8(24, state.stepless ? 1 : 0);
  view.setUint8(25, watch?.length ?? 0);
  view.setUint32(26, past.length, true);
  for (let i = 0; i < scorerName.length; i++) payload[HEAD_BYTES + i] = scorerName.charCodeAt(i);
  numbers.forEach((number, i) => {
    view.setFloat64(firstAt + 8 * i, number, true);
  });
  payload.set(scorer, scorerAt);
  payload.set(past, pastAt);
  payload.set(calibrator, calibratorAt);
  return sealState(STATE_FORMAT, VERSION, payload, checksum);
}

/**
 * @throws Refusal "state/unreadable" for damaged bytes and for another scorer's, or another version
 *   of its, state.
 */
export function readDetectorState(
  bytes: Uint8Array,
  wanted: { readonly name: string; readonly version: number },
  checksum?: Checksum,
): DetectorState {
  const payload = openState(STATE_FORMAT, VERSION, bytes, checksum);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < HEAD_BYTES) throw unreadable("its head is cut short");
  const nameEnd = HEAD_BYTES + view.getUint8(0);
  const head = {
    scorerName: String.fromCharCode(...payload.subarray(HEAD_BYTES, nameEnd)),
    scorerVersion: view.getUint16(2, true),
    intervalMs: view.getFloat64(8, true),
    pointCount: view.getFloat64(16, true),
    stepless: view.getUint8(24) === 1,
  };
  checkHead(head, wanted);
  const kept = view.getUint8(1);
  if (kept !== LEARNT) {
    const first = firstPoints(view, nameEnd, kept);
    const none = { watch: undefined, scorer: undefined, calibrator: undefined, past: undefined };
    return { ...head, first, ...none };
  }
  const watchEnd = nameEnd + 8 * view.getUint8(25);
  const scorerEnd = watchEnd + view.getUint32(4, true);
  const pastEnd = scorerEnd + view.getUint32(26, true);
  if (pastEnd > payload.length) throw unreadable("its parts are cut short");
  return {
    ...head,
    first: undefined,
    watch: watchNumbers(view, nameEnd, view.getUint8(25)),
    scorer: payload.subarray(watchEnd, scorerEnd),
    past: payload.subarray(scorerEnd, pastEnd),
    calibrator: payload.subarray(pastEnd),
  };
}

function checkHead(
  { scorerName, scorerVersion, intervalMs, pointCount }: DetectorStateHead,
  wanted: { readonly name: string; readonly version: number },
): void {
  if (scorerName !== wanted.name || scorerVersion !== wanted.version) {
    throw unreadable("it belongs to another engine or version: score the series again", {
      engine: `${scorerName} ${scorerVersion}`,
      wanted: `${wanted.name} ${wanted.version}`,
    });
  }
  if (!(intervalMs > 0 && Number.isFinite(intervalMs) && pointCount >= 0)) {
    throw unreadable("its numbers make no sense", { intervalMs, pointCount });
  }
}

function firstPoints(view: DataView, at: number, pointCount: number): Float64Array {
  if (pointCount >= INTERVAL_POINTS || at + 16 * pointCount !== view.byteLength) {
    throw unreadable("its first points do not fit", { pointCount });
  }
  return numbersAt(view, at, 2 * pointCount);
}

function watchNumbers(view: DataView, at: number, length: number): Float64Array {
  const points = (length - WATCH_NUMBERS_MIN) / 2;
  if (!(Number.isInteger(points) && points >= 0 && points < INTERVAL_POINTS)) {
    throw unreadable("its step watch does not fit", { numbers: length });
  }
  return numbersAt(view, at, length);
}

function numbersAt(view: DataView, at: number, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => view.getFloat64(at + 8 * i, true));
}
