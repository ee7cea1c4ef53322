import type { FindingRecord } from "../fleet/finding-record.ts";
import type { FleetFollower } from "../fleet/fleet-options.ts";
import type { Pace } from "../platform/pace.ts";
import type { IngestBatch, IngestReport, TenantView, WhenOver } from "../platform/platform.ts";
import { FindingDesk } from "./finding-desk.ts";
import { HeavyReads } from "./heavy-reads.ts";
import { PacedReads, type ReadParts } from "./paced-reads.ts";
import { Revision } from "./revision.ts";
import type { TenantContext } from "./tenant-context.ts";

/** What the platform does with the points of one tenant. */
export type WayIn = Required<Pick<TenantView, "ingest">>;

/** What one tenant can see and do: the reads of this room over its context. */
export class LiveTenantView extends PacedReads implements TenantView, FleetFollower {
  readonly #parts: ReadParts;
  readonly #wayIn: WayIn;

  /** @param pace of reads that say no other, and of the work in the background. */
  constructor(context: TenantContext, wayIn: WayIn, pace: Pace) {
    const revision = new Revision();
    const desk = new FindingDesk(context, () => revision.rise(), pace);
    const parts: ReadParts = { context, desk, heavy: new HeavyReads(context.reads), revision };
    super(parts, pace);
    this.#parts = parts;
    this.#wayIn = wayIn;
  }

  /** The same reads at the pace of one request: they end with `Abandoned` when it says so. */
  paced(pace: Pace): PacedReads {
    return new PacedReads(this.#parts, pace);
  }

  ingest(batch: IngestBatch, whenOver: WhenOver = "wait"): Promise<IngestReport> {
    return this.#wayIn.ingest(batch, whenOver);
  }

  changed(): void {
    this.#parts.revision.rise();
  }

  advanced(): void {
    this.#parts.revision.rise();
    this.#parts.desk.advanced();
  }

  /** Explanations that are kept; a character takes two bytes. */
  get keptBytes(): number {
    return 2 * this.#parts.desk.kept.characters;
  }

  findingChanged(finding: FindingRecord): void {
    this.#parts.desk.changed(finding);
  }

  findingRetracted(id: string): void {
    this.#parts.desk.retracted(id);
  }

  /** After a start, when all series and the fold are known. */
  takeUp(): void {
    this.#parts.desk.takeUp();
  }

  /** Resolves when everything that closed is explained. */
  settled(): Promise<void> {
    return this.#parts.desk.settled();
  }
}
