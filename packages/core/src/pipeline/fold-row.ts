import { ALARM_OUT, ALARM_OUT_LENGTH } from "../alarm/alarm-openings.ts";
import { EPISODE_ROW, EPISODE_ROW_LENGTH } from "../alarm/episode-tracker.ts";
import { POINT_SIGN } from "./point-sign.ts";

/**
 * What a series' fold says of one point. Whoever drives folds makes one row and hands it to every
 * push: allocating per point would cost more than the point itself. Read it before the next push.
 */
export class FoldRow {
  /**
   * By EPISODE_ROW. p and score are the engine's own, or those of the flatline detector where it is
   * the rarer one (`absence` = 1).
   */
  readonly point: Float64Array = new Float64Array(EPISODE_ROW_LENGTH);
  /** What the alarm layer says of the point, by ALARM_OUT. */
  readonly alarm: Float64Array = new Float64Array(ALARM_OUT_LENGTH);
  /** p before any second look, by which points are ordered; NaN where the point was missing. */
  tailP: number = Number.NaN;
  /** The p that the point passes up to its node: `tailP` with records. */
  valueP: number = Number.NaN;
  /** p of the flatline detector; NaN while it has no opinion. */
  flatP: number = Number.NaN;
  /** The source said that the series ended here. */
  ended = false;
  /** The series' sampling interval was known at the point. */
  settled = false;

  /** What rankings compare: `tailP`, or that of the flatline detector where it is the smaller one. */
  get evidenceP(): number {
    const { flatP, tailP } = this;
    return Number.isNaN(flatP) ? tailP : Math.min(flatP, tailP);
  }

  get p(): number {
    return this.point[EPISODE_ROW.p]!;
  }

  get score(): number {
    return this.point[EPISODE_ROW.score]!;
  }

  /** What is usual for this time of day. */
  get level(): number {
    return this.point[EPISODE_ROW.level]!;
  }

  /** Typical size of a deviation from `level`. */
  get scale(): number {
    return this.point[EPISODE_ROW.scale]!;
  }

  /** How the series' alarm is after the point (ALARM_PHASE). */
  get phase(): number {
    return this.alarm[ALARM_OUT.phase]!;
  }

  /** The score, held up while a sustained fault lasts; may exceed 1. */
  get alarmScore(): number {
    return this.alarm[ALARM_OUT.score]!;
  }

  /** What the tenant's fold is told of the point, in one byte (POINT_SIGN). */
  get sign(): number {
    const sign = this.phase | (this.ended ? POINT_SIGN.ended : 0);
    return this.settled ? sign : sign | POINT_SIGN.unsettled;
  }
}
