import { type AnomalyKind, type AnomalyLabel, LABEL_OF_KIND } from "../../model/anomaly-type.ts";
import type { EpochMs } from "../../model/time.ts";
import { activeStartIndex } from "./event-end.ts";
import { type EventWindow, viewEvent } from "./event-view.ts";
import type { ClassifierEvidence } from "./reference-rules.ts";
import { refinedVerdict } from "./refined-rules.ts";

export interface Classification {
  readonly kind: AnomalyKind;
  readonly label: AnomalyLabel;
  /** A seasonal anomaly whose usual rise did not come. */
  readonly missedPeak: boolean;
  /** The value at which a flatline is stuck. */
  readonly stuckAt?: number;
  /** When it began, judging by its shape, where that is clear: it may have been noticed much later. */
  readonly sinceMs?: EpochMs;
  /** The numbers that decided; rules that were not reached have none. */
  readonly evidence: Partial<ClassifierEvidence>;
}

/**
 * Which kind of anomaly the points [firstIndex, lastIndex] of a window are, by fixed rules over
 * the event and the 7 days before it. Never `normal`: whether something is anomalous is the
 * score's business. Works with little history, NaN and gaps; bins go by UTC time of day.
 */
export function classify(window: EventWindow): Classification {
  const view = viewEvent(window);
  const { fromIndex, ...verdict } = refinedVerdict(view);
  const said = { ...verdict, label: LABEL_OF_KIND[verdict.kind] };
  const { values, timestampsMs, firstIndex, longestRun } = view;
  if (verdict.kind === "flatline") {
    const { lastIndex, length } = longestRun;
    return { ...said, stuckAt: values[lastIndex]!, sinceMs: timestampsMs[lastIndex - length]! };
  }
  if (verdict.kind === "spike" || verdict.kind === "dip") {
    return { ...said, sinceMs: timestampsMs[fromIndex ?? activeStartIndex(view)]! };
  }
  const isToThePoint = ["shift_up", "shift_down", "variance"].includes(verdict.kind);
  const tells = fromIndex !== undefined && (isToThePoint || fromIndex < firstIndex);
  return tells ? { ...said, sinceMs: timestampsMs[fromIndex]! } : said;
}
