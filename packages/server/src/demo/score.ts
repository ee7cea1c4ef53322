import { DAY_MS, type EpochMs, HOUR_MS, medianOfSorted } from "@foreshock/core/fold";
import type { FindingRow } from "../platform/platform.ts";
import type { KnownFault, QuietSpell, Truth } from "./truth.ts";

/** What the score needs to know of a finding. */
export interface ScoredFinding
  extends Pick<FindingRow, "id" | "cluster" | "node" | "openedAt" | "label" | "kind"> {
  readonly tenant: string;
}

export interface FaultScore {
  readonly fault: KnownFault;
  /** The first finding in its time that names the right place. */
  readonly finding: ScoredFinding | undefined;
  /** The first finding on its cluster in its time named the right place. */
  readonly placeFirst: boolean;
  readonly labelRight: boolean;
  /** From the start of the fault to the step of the finding; NaN when missed. */
  readonly delayMs: number;
}

export interface QuietScore {
  readonly quiet: QuietSpell;
  readonly findings: readonly ScoredFinding[];
}

export interface DemoScore {
  readonly faults: readonly FaultScore[];
  readonly quiet: readonly QuietScore[];
  /** Findings that match no fault. */
  readonly unmatched: readonly ScoredFinding[];
  readonly findingCount: number;
  readonly foundCount: number;
  readonly placeFirstCount: number;
  readonly labelRightCount: number;
  readonly medianDelayMs: number;
  readonly unmatchedMax: number;
  readonly passed: boolean;
}

/** A finding opened so long after a fault ended still belongs to it: recovery shows too. */
const GRACE_MS = 2 * HOUR_MS;
/** At most this many unmatched findings in 28 days over three tenants; the budget promises 12. */
const UNMATCHED_MAX = 18;
const UNMATCHED_DAYS = 28;
/** Labels that may be wrong: one. */
const LABELS_WRONG_MAX = 1;

/**
 * Findings against the answer key. Pure. A finding belongs to a fault when its tenant, its time (from
 * the start of the fault to two hours after its end) and its place are right. Faults put in by hand are
 * not scored, but excuse their findings.
 */
export function scoreFindings(truth: Truth, findings: readonly ScoredFinding[]): DemoScore {
  const ordered = [...findings].sort((a, b) => a.openedAt - b.openedAt);
  const faults = truth.faults
    .filter(({ live }) => !live)
    .map((fault) => scoreFault(fault, ordered));
  const quiet = truth.quiet.map((spell) => ({
    quiet: spell,
    findings: ordered.filter((finding) => breaksQuiet(spell, finding)),
  }));
  const unmatched = ordered.filter(
    (finding) => !truth.faults.some((fault) => matches(fault, finding)),
  );
  const foundCount = faults.filter(({ finding }) => finding !== undefined).length;
  const placeFirstCount = faults.filter(({ placeFirst }) => placeFirst).length;
  const labelRightCount = faults.filter(({ labelRight }) => labelRight).length;
  const unmatchedMax = unmatchedLimit(truth.startMs, truth.endMs);
  return {
    faults,
    quiet,
    unmatched,
    findingCount: ordered.length,
    foundCount,
    placeFirstCount,
    labelRightCount,
    medianDelayMs: medianOfSorted(
      Float64Array.from(faults, ({ delayMs }) => delayMs)
        .filter(Number.isFinite)
        .sort(),
    ),
    unmatchedMax,
    passed:
      foundCount === faults.length &&
      placeFirstCount === faults.length &&
      labelRightCount >= faults.length - LABELS_WRONG_MAX &&
      quiet.every((one) => one.findings.length === 0) &&
      unmatched.length <= unmatchedMax,
  };
}

function scoreFault(fault: KnownFault, ordered: readonly ScoredFinding[]): FaultScore {
  const inTime = ordered.filter((finding) => inTimeOf(fault, finding));
  const finding = inTime.find((one) => rightPlace(fault, one));
  const first = inTime.find(({ cluster }) => cluster === fault.cluster);
  return {
    fault,
    finding,
    placeFirst: first !== undefined && rightPlace(fault, first),
    labelRight: finding !== undefined && fault.labels.includes(finding.label),
    delayMs: finding === undefined ? Number.NaN : finding.openedAt - fault.startMs,
  };
}

function matches(fault: KnownFault, finding: ScoredFinding): boolean {
  return inTimeOf(fault, finding) && rightPlace(fault, finding);
}

function inTimeOf({ tenant, startMs, endMs }: KnownFault, finding: ScoredFinding): boolean {
  return tenant === finding.tenant && within(finding.openedAt, startMs, endMs);
}

function rightPlace({ cluster, nodes, place }: KnownFault, finding: ScoredFinding): boolean {
  if (finding.cluster !== cluster) return false;
  if (finding.node === null) return place !== "node";
  return place !== "cluster" && nodes.includes(finding.node);
}

/** One node cannot move a cluster: a cluster's finding breaks only the quiet of a whole cluster. */
function breaksQuiet(quiet: QuietSpell, finding: ScoredFinding): boolean {
  if (quiet.tenant !== finding.tenant || quiet.cluster !== finding.cluster) return false;
  const here =
    finding.node === null ? quiet.nodes.length === 0 : quiet.nodes.includes(finding.node);
  return (
    here && quiet.spells.some(({ startMs, endMs }) => within(finding.openedAt, startMs, endMs))
  );
}

function within(atMs: EpochMs, startMs: EpochMs, endMs: EpochMs): boolean {
  return atMs >= startMs && atMs < endMs + GRACE_MS;
}

function unmatchedLimit(startMs: EpochMs, endMs: EpochMs): number {
  return Math.ceil((UNMATCHED_MAX * (endMs - startMs)) / (UNMATCHED_DAYS * DAY_MS));
}
