import type { z } from "zod";
import { fewAtOnce } from "../../platform/few-at-once.ts";
import { TenantFailed, TooManyReads, Unavailable } from "../../platform/platform-errors.ts";
import { standingWire, unaskedWire } from "../../wire/rows.ts";
import type { TenantRow } from "../../wire/schema/inventory.ts";
import type { SeenTenant } from "../access.ts";

type Row = z.output<typeof TenantRow>;

/** Tenants that are asked at once: few, so that the list is no crowd before the hosts. */
const AT_ONCE = 8;

/** Where a tenant stands of which nothing is known, or whose points are not judged: before all that is normal. */
const UNKNOWN_RANK = 0.49;

/** Where a tenant stands whose points have ceased: among the critical. */
const STOPPED_RANK = 0.9;

/**
 * One row for each tenant, the worst first, equals by name. Every tenant is asked through its own view;
 * one that cannot answer now has a row that says so, and hides nobody else's.
 */
export async function standingRows(seen: readonly SeenTenant[]): Promise<Row[]> {
  const rows = await fewAtOnce(seen, AT_ONCE, rowOf);
  return rows.sort((a, b) => rankOf(b) - rankOf(a) || openOf(b) - openOf(a));
}

function rankOf({ state, quarantine, pipeline, worst, score }: Row): number {
  const known = worst?.score ?? score ?? 0;
  if (pipeline?.state === "stopped") return Math.max(STOPPED_RANK, known);
  return state === "served" && quarantine === null ? known : Math.max(UNKNOWN_RANK, known);
}

function openOf({ openFindings }: Row): number {
  return openFindings ?? 0;
}

async function rowOf({ tenant, view }: SeenTenant): Promise<Row> {
  if (view === undefined) return unaskedWire(tenant, "starting");
  try {
    return standingWire(await view.standing());
  } catch (error) {
    if (isOfThisTenant(error)) return unaskedWire(tenant, "unavailable");
    throw error;
  }
}

function isOfThisTenant(error: unknown): boolean {
  const kinds = [Unavailable, TenantFailed, TooManyReads];
  return kinds.some((kind) => error instanceof kind);
}
