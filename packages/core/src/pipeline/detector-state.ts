import type { DurationMs } from "../model/time.ts";
import { openState, sealState, unreadable } from "../stats/state-bytes.ts";
import { INTERVAL_POINTS } from "./interval.ts";

const STATE_FORMAT = 0x44;
const VERSION = 1;

/** Points value of a detector that no longer keeps its first points. */
const LEARNT = 0xff;

/** `[name length u8][kept points u8][scorer version u16][scorer length u32][step f64][points f64]` */
const HEAD_BYTES = 24;

export interface DetectorState {
  readonly scorerName: string;
  readonly scorerVersion: number;
  readonly stepMs: DurationMs;
  readonly pointCount: number;
  /** Stamps and values by turns, while the interval is being learnt. */
  readonly first: Float64Array | undefined;
  readonly scorer: Uint8Array;
  readonly calibrator: Uint8Array;
}

/** Little-endian: head, scorer's name (ASCII), first points, scorer's bytes, calibrator's bytes. */
export function writeDetectorState(state: DetectorState): Uint8Array {
  const { scorerName, first, scorer, calibrator } = state;
  const firstAt = HEAD_BYTES + scorerName.length;
  const scorerAt = firstAt + (first?.length ?? 0) * 8;
  const payload = new Uint8Array(scorerAt + scorer.length + calibrator.length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, scorerName.length);
  view.setUint8(1, first === undefined ? LEARNT : first.length / 2);
  view.setUint16(2, state.scorerVersion, true);
  view.setUint32(4, scorer.length, true);
  view.setFloat64(8, state.stepMs, true);
  view.setFloat64(16, state.pointCount, true);
  for (let i = 0; i < scorerName.length; i++) payload[HEAD_BYTES + i] = scorerName.charCodeAt(i);
  first?.forEach((number, i) => {
    view.setFloat64(firstAt + 8 * i, number, true);
  });
  payload.set(scorer, scorerAt);
  payload.set(calibrator, scorerAt + scorer.length);
  return sealState(STATE_FORMAT, VERSION, payload);
}

/**
 * @throws Refusal "state/unreadable" for damaged bytes and for another scorer's, or another version
 *   of its, state.
 */
export function readDetectorState(
  bytes: Uint8Array,
  wanted: { readonly name: string; readonly version: number },
): DetectorState {
  const payload = openState(STATE_FORMAT, VERSION, bytes);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < HEAD_BYTES) throw unreadable("its head is cut short");
  const kept = view.getUint8(1);
  const firstAt = HEAD_BYTES + view.getUint8(0);
  const scorerAt = firstAt + (kept === LEARNT ? 0 : 16 * kept);
  const calibratorAt = scorerAt + view.getUint32(4, true);
  if (calibratorAt > payload.length) throw unreadable("its parts are cut short");
  const state = {
    scorerName: String.fromCharCode(...payload.subarray(HEAD_BYTES, firstAt)),
    scorerVersion: view.getUint16(2, true),
    stepMs: view.getFloat64(8, true),
    pointCount: view.getFloat64(16, true),
    first: kept === LEARNT ? undefined : firstPoints(view, firstAt, kept),
    scorer: payload.subarray(scorerAt, calibratorAt),
    calibrator: payload.subarray(calibratorAt),
  };
  if (state.scorerName !== wanted.name || state.scorerVersion !== wanted.version) {
    throw unreadable("it belongs to another engine or version: score the series anew", {
      engine: `${state.scorerName} ${state.scorerVersion}`,
      wanted: `${wanted.name} ${wanted.version}`,
    });
  }
  const stepFits = state.stepMs >= 0 && Number.isFinite(state.stepMs);
  if (!stepFits || !(state.pointCount >= 0) || (kept !== LEARNT && kept !== state.pointCount)) {
    throw unreadable("its numbers contradict each other", { stepMs: state.stepMs, kept });
  }
  return state;
}

function firstPoints(view: DataView, at: number, pointCount: number): Float64Array {
  if (pointCount >= INTERVAL_POINTS) throw unreadable("it keeps too many first points");
  return Float64Array.from({ length: 2 * pointCount }, (_, i) => view.getFloat64(at + 8 * i, true));
}
