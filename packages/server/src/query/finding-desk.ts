import {
  DAY_MS,
  type EpochMs,
  LABEL_OF_KIND,
  scoreOfDays,
  severityOf,
  toldOutcome,
} from "@foreshock/core/fold";
import { LATE_MAX_MS } from "../dispatch/point-judge.ts";
import {
  type FindingExplanation,
  type FindingRecord,
  readFinding,
  storedFinding,
} from "../fleet/finding-record.ts";
import type { Pace } from "../platform/pace.ts";
import type { FindingRow } from "../platform/platform.ts";
import type { StoredFinding } from "../store/fleet/fleet-findings.ts";
import { explainFinding } from "./finding-explanation.ts";
import { KeptExplanations } from "./kept-explanations.ts";
import { CELLS } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";

interface Closed {
  readonly finding: FindingRecord;
  readonly closedMs: EpochMs;
  /** Whether it has an explanation already, which late points may still change. */
  readonly isExplained: boolean;
  /** Points up to here change it in any case; 0 = none does. */
  readonly changesUntilMs: EpochMs;
}

/** Anomalies that go on for longer than this after their finding closed are told of it as they are then. */
const PASSING_MAX_MS = DAY_MS;
const PASSING_MAX_STEPS = 48;

/**
 * A tenant's findings as they are stored and shown. Explaining one costs its partitions 50 ms or more,
 * so it happens once for the same points while the finding is open and somebody looks, and in the background when
 * it closes: then, when its anomalies are over, and again when late points cannot change it any more. Reads of a
 * closed finding ask nobody once its anomalies are over, so that both are told in the same words.
 */
export class FindingDesk {
  readonly #context: TenantContext;
  readonly #onExplained: () => void;
  readonly #kept: KeptExplanations;
  /** Closed findings whose explanation is not settled. */
  readonly #closed = new Map<string, Closed>();
  readonly #pace: Pace;
  #working: Promise<void> | undefined;

  /**
   * @param onExplained is called when an explanation has been stored.
   * @param pace of what is explained in the background.
   */
  constructor(context: TenantContext, onExplained: () => void, pace: Pace) {
    this.#context = context;
    this.#kept = new KeptExplanations(context);
    this.#onExplained = onExplained;
    this.#pace = pace;
  }

  /** What the kept explanations take. */
  get kept(): { readonly count: number; readonly characters: number } {
    return this.#kept.size;
  }

  /** After a start: what had closed and was not settled yet. */
  takeUp(): void {
    for (const stored of this.#context.store.findings.unsettled()) {
      const { finding, explanation } = readFinding(stored);
      const { closedMs, id } = stored;
      const isExplained = explanation !== undefined;
      const changesUntilMs = explanation?.passing === true ? (explanation.changesUntilMs ?? 0) : 0;
      if (closedMs !== null)
        this.#closed.set(id, { finding, closedMs, isExplained, changesUntilMs });
    }
    this.advanced();
  }

  /** The fold opened, changed or closed a finding. */
  changed(finding: FindingRecord): void {
    const { id, closedMs } = finding;
    this.#context.store.findings.put(storedFinding(finding));
    this.#kept.drop(id);
    if (closedMs === undefined) this.#closed.delete(id);
    else this.#closed.set(id, { finding, closedMs, isExplained: false, changesUntilMs: 0 });
  }

  /** Late points took it back. */
  retracted(id: string): void {
    this.#context.store.findings.delete(id);
    this.#kept.drop(id);
    this.#closed.delete(id);
  }

  /** The fold has moved on. */
  advanced(): void {
    this.#kept.stepped();
    if (this.#closed.size === 0 && this.#kept.behind().length === 0) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Resolves when everything that has closed is explained. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async row(stored: StoredFinding): Promise<FindingRow> {
    const { finding, explanation } = readFinding(stored);
    const isLasting = explanation !== undefined && explanation.passing !== true;
    return this.#rowOf(finding, isLasting ? explanation : await this.#kept.asked(finding));
  }

  async #work(): Promise<void> {
    await this.#freezeAll();
    await this.#followAll();
  }

  /** Makes anew what somebody looks at, once in a step, so that it is there when it is asked for again. */
  async #followAll(): Promise<void> {
    try {
      for (const next of this.#kept.behind()) {
        await this.#pace.spend(CELLS.finding);
        await this.#kept.followed(next);
      }
    } catch {
      // As below: whoever reads asks again, and so does the next step.
    }
  }

  /**
   * One after the other, in rounds until nothing is due: what closes meanwhile belongs to the next
   * round. Stops at the first failure: whoever reads asks again, and so does the next step.
   * Cost: O(closed) a round besides the explaining.
   */
  async #freezeAll(): Promise<void> {
    try {
      for (let due = this.#due(); due.length > 0; due = this.#due()) {
        for (const next of due) {
          if (this.#closed.get(next.finding.id) !== next) continue;
          await this.#pace.spend(CELLS.finding);
          await this.#freeze(next);
        }
      }
    } catch {
      // The owner of a partition is gone or the disk is full; both are reported where they happen.
    }
  }

  #due(): Closed[] {
    const closed = [...this.#closed.values()];
    return closed.filter((one) => !one.isExplained || this.#isOver(one) || this.#isSettled(one));
  }

  /** What was told in passing can be told for good. */
  #isOver({ changesUntilMs }: Closed): boolean {
    return changesUntilMs > 0 && this.#context.watermark >= changesUntilMs;
  }

  #isSettled(closed: Closed): boolean {
    const { closedMs, changesUntilMs } = closed;
    const { watermark, runner } = this.#context;
    if (watermark < closedMs + LATE_MAX_MS) return false;
    const passingMax = Math.max(PASSING_MAX_MS, PASSING_MAX_STEPS * runner.stepMs);
    return watermark >= Math.min(changesUntilMs, closedMs + passingMax);
  }

  async #freeze(closed: Closed): Promise<void> {
    const { finding } = closed;
    const explanation = await explainFinding(this.#context, finding);
    if (this.#closed.get(finding.id) !== closed) return;
    const { changesUntilMs = 0 } = explanation;
    const settled = this.#isSettled({ ...closed, changesUntilMs });
    const passing = !settled && this.#context.watermark < changesUntilMs;
    this.#context.store.findings.put(storedFinding(finding, { ...explanation, settled, passing }));
    this.#kept.drop(finding.id);
    if (settled) this.#closed.delete(finding.id);
    else {
      const until = passing ? changesUntilMs : 0;
      this.#closed.set(finding.id, { ...closed, isExplained: true, changesUntilMs: until });
    }
    this.#onExplained();
  }

  #rowOf(
    finding: FindingRecord,
    { kind, text, onset, confidence, parts, ...told }: FindingExplanation,
  ): FindingRow {
    const score = Math.min(scoreOfDays(finding.tenantDays), 1);
    const { runner } = this.#context;
    return {
      id: finding.id,
      level: finding.level,
      cluster: finding.clusterId,
      node: finding.nodeId ?? null,
      openedAt: finding.openedMs,
      closedAt: finding.closedMs ?? null,
      outcome: toldOutcome(finding.outcome, finding.closedMs === undefined),
      onset,
      score,
      severity: severityOf(score),
      fleetReturnPeriodDays: finding.tenantDays,
      entityReturnPeriodDays: finding.entityDays,
      label: LABEL_OF_KIND[kind],
      kind,
      text,
      contributions: parts,
      nodesMoved: told.nodesMoved ?? finding.members.length,
      nodesTotal: told.nodesTotal ?? finding.members.length,
      nodes: finding.members.map(({ nodeId, p }) => ({ node: nodeId, score: runner.scoreOf(p) })),
      confidence,
    };
  }
}
