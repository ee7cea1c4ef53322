import { type EventView, type EventWindow, viewEvent } from "./event-view.ts";

/** A point is part of an event when it is at least this many usual deviations away ... */
const ACTIVE_SCALES = 3;
/** ... and at least this share of the event's largest deviation. Source: classifier.py, rule 3. */
const ACTIVE_SHARE = 0.4;

/**
 * Where an event really ended: the last point that still stands out against the baseline before it.
 * Scores stay raised for a while after a fault (its energy fades, recovery is a jump too); what came
 * back to normal must not blur what kind of fault it was. `lastIndex` where nothing stands out.
 */
export function eventEndIndex(window: EventWindow): number {
  return activeEndIndex(viewEvent(window));
}

/** The same of an event that has been looked at. */
export function activeEndIndex(view: EventView): number {
  return activeIndices(view).at(-1) ?? view.lastIndex;
}

/** The first point that stands out; `firstIndex` where none does. */
export function activeStartIndex(view: EventView): number {
  return activeIndices(view)[0] ?? view.firstIndex;
}

function activeIndices({ deviations, values, firstIndex, lastIndex }: EventView): number[] {
  let largest = 0;
  for (const deviation of deviations) largest = Math.max(largest, Math.abs(deviation));
  const active = Math.max(ACTIVE_SCALES, ACTIVE_SHARE * largest);
  const indices: number[] = [];
  let k = 0;
  for (let i = firstIndex; i <= lastIndex; i++) {
    if (!Number.isNaN(values[i]!) && Math.abs(deviations[k++]!) >= active) indices.push(i);
  }
  return indices;
}
