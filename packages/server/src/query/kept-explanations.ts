import type { EpochMs } from "@foreshock/core/fold";
import { LATE_MAX_MS } from "../dispatch/point-judge.ts";
import type { FindingExplanation, FindingRecord } from "../fleet/finding-record.ts";
import { explainFinding } from "./finding-explanation.ts";
import { joinsWithin, seriesOf } from "./finding-parts.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Explanations that are kept in memory; the fold holds fewer findings open at once. */
const KEPT_MAX = 64;
/** Characters of all of them together: one has at most twelve sentences, with names of any length. */
const KEPT_CHARACTERS_MAX = 1_000_000;
/** Steps for which an explanation is made anew before it is asked for, after the last time that somebody did. */
const WATCHED_STEPS = 20;

interface Kept {
  readonly finding: FindingRecord;
  /** Another key means that points have come since. */
  readonly key: string;
  /** Event time up to which everything was scored when it was begun. */
  readonly watermark: EpochMs;
  readonly explanation: Promise<FindingExplanation>;
  /** Steps since somebody asked for it. */
  unasked: number;
  /** No point that may still come can change it. */
  isFinal: boolean;
  /** Known when it is made. */
  characters: number;
}

/**
 * Explanations of a tenant's findings that may still change. Each is a function of its finding and the stored
 * points of its series, so it is made once for the same points, however often it is asked for; while somebody
 * asks, it is made anew before the next time.
 */
export class KeptExplanations {
  readonly #context: TenantContext;
  readonly #kept = new Map<string, Kept>();

  constructor(context: TenantContext) {
    this.#context = context;
  }

  /** What they take. */
  get size(): { readonly count: number; readonly characters: number } {
    const held = [...this.#kept.values()];
    const characters = held.reduce((sum, one) => sum + one.characters, 0);
    return { count: held.length, characters };
  }

  drop(id: string): void {
    this.#kept.delete(id);
  }

  /** The fold has moved on by a step. */
  stepped(): void {
    for (const kept of this.#kept.values()) kept.unasked++;
  }

  /** Findings that somebody looks at, and that were explained before the newest points. Cost: O(kept). */
  behind(): readonly FindingRecord[] {
    const watched = [...this.#kept.values()].filter(({ unasked }) => unasked <= WATCHED_STEPS);
    return watched.filter((kept) => this.#isStale(kept)).map(({ finding }) => finding);
  }

  /** For somebody who asks; with others, of what is being made already. */
  asked(finding: FindingRecord): Promise<FindingExplanation> {
    const known = this.#kept.get(finding.id);
    if (known !== undefined) known.unasked = 0;
    return known === undefined || this.#isStale(known) ? this.#made(finding, 0) : known.explanation;
  }

  /** Makes anew what `behind` has named, before somebody asks. */
  async followed(finding: FindingRecord): Promise<void> {
    await this.#made(finding, this.#kept.get(finding.id)?.unasked ?? WATCHED_STEPS);
  }

  #made(finding: FindingRecord, unasked: number): Promise<FindingExplanation> {
    const key = this.#keyOf(finding);
    const { watermark } = this.#context;
    const explanation = explainFinding(this.#context, finding);
    const kept: Kept = {
      ...{ finding, key, watermark, explanation, unasked },
      ...{ isFinal: false, characters: 0 },
    };
    this.#kept.delete(finding.id);
    this.#kept.set(finding.id, kept);
    explanation.then(
      (made) => {
        kept.characters = JSON.stringify(made).length;
        kept.isFinal = this.#isFinal(kept, made);
        this.#forgetOldest();
      },
      () => {
        if (this.#kept.get(finding.id) === kept) this.#kept.delete(finding.id);
      },
    );
    this.#forgetOldest();
    return explanation;
  }

  #forgetOldest(): void {
    let { count, characters } = this.size;
    for (const [id, oldest] of this.#kept) {
      if (count <= KEPT_MAX && characters <= KEPT_CHARACTERS_MAX) return;
      this.#kept.delete(id);
      count--;
      characters -= oldest.characters;
    }
  }

  /** Changes with each point of the finding's series, and where any of the tenant's points was replaced. */
  #keyOf(finding: FindingRecord): string {
    const series = seriesOf(this.#context, finding);
    const points = series.reduce((sum, { info }) => sum + info.pointCount, 0);
    return `${series.length} ${points} ${this.#context.counters.overwritten}`;
  }

  #isStale({ finding, key, isFinal }: Kept): boolean {
    return !isFinal && this.#keyOf(finding) !== key;
  }

  /** Its anomalies were over when it was begun, and the time in which others join it or points come late. */
  #isFinal({ finding, watermark }: Kept, { changesUntilMs = 0 }: FindingExplanation): boolean {
    const { stepMs } = this.#context.runner;
    const joinedMs = finding.openedMs + joinsWithin(stepMs);
    const untilMs = Math.max(changesUntilMs, finding.raisedMs + stepMs, joinedMs);
    return watermark >= untilMs + LATE_MAX_MS;
  }
}
