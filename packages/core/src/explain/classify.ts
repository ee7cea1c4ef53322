import { type AnomalyKind, type AnomalyLabel, LABEL_OF_KIND } from "../model/anomaly-type.ts";
import type { EpochMs } from "../model/time.ts";
import { type EventView, type EventWindow, viewEvent } from "./event-view.ts";
import type { ClassifierEvidence } from "./reference-rules.ts";
import { refinedVerdict } from "./refined-rules.ts";

export interface Classification {
  readonly kind: AnomalyKind;
  readonly label: AnomalyLabel;
  /** A seasonal anomaly whose usual rise did not come. */
  readonly missedPeak: boolean;
  /** The value of a flatline and since when it has stood. */
  readonly stuck?: { readonly value: number; readonly sinceMs: EpochMs };
  /** The numbers behind the decision; those of rules that were not reached are not there. */
  readonly evidence: Partial<ClassifierEvidence>;
}

/**
 * Which kind of anomaly the points [firstIndex, lastIndex] of a window are, by fixed rules over
 * the event and the 7 days before it. Never `normal`: whether something is anomalous is the
 * score's business. Works with little history, NaN and gaps; bins go by UTC time of day.
 */
export function classify(window: EventWindow): Classification {
  const view = viewEvent(window);
  const verdict = refinedVerdict(view);
  const label = LABEL_OF_KIND[verdict.kind];
  return verdict.kind === "flatline"
    ? { ...verdict, label, stuck: stuckOf(view) }
    : { ...verdict, label };
}

function stuckOf({
  values,
  timestampsMs,
  longestRun,
}: EventView): NonNullable<Classification["stuck"]> {
  const { length, lastIndex } = longestRun;
  return { value: values[lastIndex]!, sinceMs: timestampsMs[lastIndex - length]! };
}
