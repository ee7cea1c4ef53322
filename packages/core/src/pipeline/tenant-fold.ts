import type { FleetStep } from "../aggregate/fleet/fleet-step.ts";
import { MARK } from "../aggregate/fleet/step-marks.ts";
import { TenantFleet } from "../aggregate/fleet/tenant-fleet.ts";
import { ALARM_PHASE } from "../alarm/alarm-openings.ts";
import { openState, sealState, unreadable } from "../model/state-bytes.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { type SilenceHeader, SilenceWatch } from "./silence-watch.ts";

const FORMAT = 0x54;
const VERSION = 1;
/** A silence this many steps old may still be retracted; the roll-up keeps as many. */
const HORIZON_STEPS_MIN = 12;

/** By ALARM_PHASE. */
const MARK_OF_PHASE = [MARK.none, MARK.none, MARK.held, MARK.accepted, MARK.recovered, MARK.held];

export interface TenantFoldOptions {
  /** The tenant's event-time grid. */
  readonly stepMs: DurationMs;
  /** Alert budget: at most one finding in this many days. */
  readonly budgetDays: number;
  /** How far back late points are folded in again. */
  readonly rewindMs: DurationMs;
}

/**
 * Everything that is folded over one tenant: the calibrated roll-up with its findings, and beside it
 * who has gone silent, as further evidence against the node. A function of the points alone.
 */
export class TenantFold {
  readonly stepMs: DurationMs;
  readonly fleet: TenantFleet;
  readonly #silence: SilenceWatch;

  constructor(options: TenantFoldOptions) {
    const { stepMs, rewindMs } = options;
    this.stepMs = stepMs;
    this.fleet = new TenantFleet(options);
    const horizonSteps = Math.max(HORIZON_STEPS_MIN, Math.ceil(rewindMs / stepMs));
    this.#silence = new SilenceWatch(stepMs, horizonSteps);
  }

  /** The number of a series; the same key gives the same number. */
  addSeries(clusterId: string, nodeId: string, metricName: string): number {
    const series = this.fleet.addSeries(clusterId, nodeId, metricName);
    this.#silence.add(series);
    return series;
  }

  /** The series' own sampling interval, once it is settled; before that it cannot be missed. */
  setInterval(series: number, intervalMs: DurationMs): void {
    this.#silence.setInterval(series, intervalMs);
  }

  /** The source said that the series has ended: its silence is expected. */
  ended(series: number): void {
    this.#silence.ended(series);
  }

  /**
   * A scored point. `p` NaN = missing: it says nothing, and is not a sign of life either.
   * `phase`: the phase of the series' alarm at the point (ALARM_PHASE); a held alarm holds its findings.
   */
  put(
    series: number,
    atMs: EpochMs,
    p: number,
    flatP: number,
    phase: number = ALARM_PHASE.closed,
  ): void {
    if (Number.isNaN(p)) return;
    this.fleet.put(series, atMs, p, "value", MARK_OF_PHASE[phase]);
    if (!Number.isNaN(flatP)) this.fleet.put(series, atMs, flatP, "absence");
    this.#silence.seenIn(Math.floor(atMs / this.stepMs), series);
  }

  /** Share of the usual series that have a point in the step of `atMs`; 1 before anything is known. */
  coverage(atMs: EpochMs): number {
    return this.#silence.coverage(Math.floor(atMs / this.stepMs));
  }

  /** Processes all steps that end at or before `uptoMs`; see `TenantFleet.advance`. */
  advance(uptoMs: EpochMs, visit?: (step: FleetStep) => void): number {
    const last = Math.floor(uptoMs / this.stepMs) - 1;
    this.#silence.advance(last, (series, step, p) => {
      this.fleet.put(series, step * this.stepMs, p, "absence");
    });
    return this.fleet.advance(uptoMs, visit);
  }

  save(): Uint8Array {
    const fleet = this.fleet.save();
    const { header, bytes } = this.#silence.save();
    const text = new TextEncoder().encode(JSON.stringify(header));
    const payload = new Uint8Array(8 + text.length + fleet.length + bytes.length);
    const view = new DataView(payload.buffer);
    view.setUint32(0, text.length, true);
    view.setUint32(4, fleet.length, true);
    payload.set(text, 8);
    payload.set(fleet, 8 + text.length);
    payload.set(bytes, 8 + text.length + fleet.length);
    return sealState(FORMAT, VERSION, payload);
  }

  /** Replaces all by what `save` gave; this fold must be new. @throws Refusal "state/unreadable". */
  restore(bytes: Uint8Array): void {
    const payload = openState(FORMAT, VERSION, bytes);
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const fleetAt = 8 + view.getUint32(0, true);
    const silenceAt = fleetAt + view.getUint32(4, true);
    const header = headerOf(payload.subarray(8, fleetAt));
    this.fleet.restore(payload.slice(fleetAt, silenceAt));
    this.#silence.restore(header, payload.slice(silenceAt));
  }
}

function headerOf(bytes: Uint8Array): SilenceHeader {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as SilenceHeader;
  } catch {
    throw unreadable("the header is not valid JSON");
  }
}
