import type { AnomalyKind, AnomalyLabel, EpochMs } from "@foreshock/core/fold";

/** The answer key of the demo. The detectors never see it; the score and the answer page do. */
export interface Truth {
  readonly seed: number;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly faults: readonly KnownFault[];
  readonly quiet: readonly QuietSpell[];
}

/** A fault that was put in, and what a good answer to it looks like. */
export interface KnownFault {
  readonly id: string;
  readonly title: string;
  readonly tenant: string;
  readonly cluster: string;
  /** node: a finding names one of `nodes`; cluster: it names the cluster; either: both are right. */
  readonly place: "node" | "cluster" | "either";
  readonly nodes: readonly string[];
  /** Metrics that show it, in the order in which they do. */
  readonly metrics: readonly string[];
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly labels: readonly AnomalyLabel[];
  readonly kinds: readonly AnomalyKind[];
  /** Put in by a person while the demo ran: not part of the score. */
  readonly live: boolean;
}

/** Something that looks odd and is not: a finding here is a false one. */
export interface QuietSpell {
  readonly id: string;
  readonly title: string;
  readonly tenant: string;
  readonly cluster: string;
  /** Empty = the whole cluster. */
  readonly nodes: readonly string[];
  /** When nothing may be found, ascending. */
  readonly spells: readonly { readonly startMs: EpochMs; readonly endMs: EpochMs }[];
}
