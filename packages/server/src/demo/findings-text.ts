import { severityOf } from "@foreshock/core/fold";
import type { FindingRow } from "../platform/platform.ts";

const GLYPHS = { none: ".", low: "o", moderate: "*", major: "**", critical: "^" } as const;

export interface TenantFinding extends FindingRow {
  readonly tenant: string;
}

/** Open ones first, then the rarest for the fleet: what a person should read first. */
export function byWeight(a: TenantFinding, b: TenantFinding): number {
  const open = Number(a.closedAt !== null) - Number(b.closedAt !== null);
  return open || b.fleetReturnPeriodDays - a.fleetReturnPeriodDays || a.openedAt - b.openedAt;
}

/** One finding as two lines: where and how badly, then why. */
export function findingText(finding: TenantFinding): string {
  const { tenant, cluster, node, score, openedAt, closedAt, text } = finding;
  const severity = severityOf(score);
  const place = [tenant, cluster, ...(node === null ? [] : [node])].join("/");
  const opened = minuteText(openedAt);
  const state = closedAt === null ? `open since ${opened}` : `${opened} to ${minuteText(closedAt)}`;
  const head = `${GLYPHS[severity]} ${severity} ${Math.min(99, Math.floor(100 * score))}`;
  return `   ${head.padEnd(14)} ${place.padEnd(34)} ${state}\n      ${text}\n`;
}

function minuteText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace("T", " ");
}
