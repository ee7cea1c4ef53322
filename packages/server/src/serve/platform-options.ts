import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { LinkHost } from "../host/host-link.ts";
import type { LinkOwner } from "../partition/owner-link.ts";
import type { DamageReport } from "../partition/protocol.ts";
import type { Limits } from "../tenant/limits.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";
import type { Watch } from "../watch/watchdog.ts";
import type { After } from "./after.ts";
import type { PlatformEvents } from "./platform-events.ts";
import type { QuarantineBook } from "./strikes.ts";

/** What the platform runs on, and what it may use. */
export interface LivePlatformOptions {
  readonly partitionCount: number;
  /** Partition owners. */
  readonly workerCount: number;
  readonly hostCount: number;
  readonly checkpointEveryMs: DurationMs;
  readonly settingsOf: (tenantId: string) => TenantSettings;
  /** How large bodies may be, and all of them together. */
  readonly limits: Pick<Limits, "body" | "read">;
  /** A tenant's grid has been chosen, or was before: it can no longer be changed. */
  readonly gridFixed: (tenantId: string, gridMs: DurationMs) => void;
  readonly tenantIds: () => readonly string[];
  readonly now: () => EpochMs;
  readonly monotonicMs: () => number;
  /** Starts the partition owners: threads in a server, the same thread in a simulation. */
  readonly link: LinkOwner;
  /** Starts the hosts of tenants, likewise. */
  readonly linkHost: LinkHost;
  readonly events: PlatformEvents;
  /** Brings the tenants' folds into the files where they belong, before hosts open them. Gives what was damaged. */
  readonly arrangeFolds?: (signal: AbortSignal) => Promise<readonly DamageReport[]>;
  /** Which tenants' work has ended threads. */
  readonly quarantine: QuarantineBook;
  /** Watches threads; without it nobody does. */
  readonly watch?: Watch | undefined;
  /** Runs work after a while, unless it is taken back. Default: setTimeout. */
  readonly after?: After;
}
