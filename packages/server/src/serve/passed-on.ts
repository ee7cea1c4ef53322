import { hostErrorOf } from "../host/host-failure.ts";
import type { HostReport } from "../host/protocol.ts";
import type { LivePlatformOptions } from "./platform-options.ts";

type Hearers = Pick<LivePlatformOptions, "events" | "gridFixed" | "limits">;

/** Passes on what a host reports that others only have to hear. False for what the platform acts upon. */
export function passedOn(report: HostReport, { events, gridFixed, limits }: Hearers): boolean {
  switch (report.type) {
    case "read-cost":
      limits.read(report.tenantId, report.cells);
      return true;
    case "not-taken":
      events.refused(report.tenantId, report.reason, report.points);
      return true;
    case "damage":
      events.damage(report.found);
      return true;
    case "not-saved":
      events.stateNotSaved(report.tenantId, hostErrorOf(report.failure));
      return true;
    case "grid-fixed":
      gridFixed(report.tenantId, report.gridMs);
      return true;
    default:
      return false;
  }
}
