/**
 * State of an alarm and of the finding it holds; once closed, how it ended.
 *
 * `open`: evidence keeps it up (closed: it passed); `held`: the fault lasts although the models have
 * learnt it; `accepted`: after three days it is the new normal; `recovered`: back in the old normal.
 */
export const ALARM_OUTCOMES = ["open", "held", "accepted", "recovered"] as const;
export type AlarmOutcome = (typeof ALARM_OUTCOMES)[number];

/** What people are told: of what has closed without having been seen to come back, that it ended. */
export const TOLD_OUTCOMES = [...ALARM_OUTCOMES, "ended"] as const;
export type ToldOutcome = (typeof TOLD_OUTCOMES)[number];

/** Nothing that has closed is open or held. */
export function toldOutcome(outcome: AlarmOutcome, isOpen: boolean): ToldOutcome {
  return isOpen || (outcome !== "open" && outcome !== "held") ? outcome : "ended";
}
