import type { Log } from "../observe/log.ts";
import type { AuditTrail } from "../tenant/audit-trail.ts";
import type { After } from "./after.ts";

const LOOK_EVERY_MS = 2000;

/**
 * Logs each change of tenants, keys and limits once, whoever made it: now what was done while no server
 * ran, then what this process and the command line do. @returns how to stop; it logs what is left.
 */
export function logAudit(
  audit: AuditTrail,
  log: Pick<Log, "info" | "error">,
  after: After,
): () => void {
  let failed = false;
  const look = (): void => {
    try {
      for (const { atMs, ...entry } of audit.takeUnlogged()) {
        log.info({ ...entry, at: new Date(atMs).toISOString() }, "audit");
      }
      failed = false;
    } catch (err) {
      // Once, not every two seconds while a disk is full: nothing is lost, it is logged later.
      if (!failed) log.error({ err }, "the audit trail could not be read");
      failed = true;
    }
  };
  let cancel = (): void => {};
  const again = (): void => {
    look();
    cancel = after(LOOK_EVERY_MS, again);
  };
  again();
  return () => {
    cancel();
    look();
  };
}
