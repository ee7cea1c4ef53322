import type { PostToMain } from "./host-desk.ts";
import { hostFailureOf } from "./host-failure.ts";
import type { HostEvents } from "./host-options.ts";
import type { ReadTally } from "./read-tally.ts";
import type { ScoredTally } from "./scored-tally.ts";

/** What a host tells without being asked, as messages to the main thread. */
export function reportsOf(post: PostToMain, tally: ScoredTally, reads: ReadTally): HostEvents {
  return {
    scored: (points) => tally.add(points),
    stepFolded: () => tally.add(0, 1),
    read: (tenantId, cells) => reads.read(tenantId, cells),
    looked: (tenantId, points) => reads.looked(tenantId, points),
    saving: () => post({ type: "saving" }),
    notTaken: (tenantId, reason, points) => post({ type: "not-taken", tenantId, reason, points }),
    damage: (found) => post({ type: "damage", found }),
    notSaved: (tenantId, error) =>
      post({ type: "not-saved", tenantId, failure: hostFailureOf(error) }),
    gridFixed: (tenantId, gridMs) => post({ type: "grid-fixed", tenantId, gridMs }),
    tenantReady: (tenantId) => post({ type: "tenant-ready", tenantId }),
    tenantFailed: (tenantId, error, owner) =>
      post({ type: "tenant-failed", tenantId, owner, failure: hostFailureOf(error) }),
    hostFailed: (error) => post({ type: "host-failed", failure: hostFailureOf(error) }),
    ownerFailed: (owner, failure) => post({ type: "owner-failed", owner, failure }),
  };
}
