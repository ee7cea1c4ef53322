import type { DatabaseSync } from "node:sqlite";
import { DAY_MS, type EpochMs } from "@foreshock/core/fold";
import type { AuditTrail } from "./audit-trail.ts";
import { TenantProblem } from "./tenant-problem.ts";
import { transaction } from "./transaction.ts";

/** A tenant whose work ended a thread, once or more. */
export interface QuarantineRecord {
  readonly tenant: string;
  /** Since when its points are stored but not judged; null while it has only been struck. */
  readonly sinceMs: EpochMs | null;
  /** What happened last, for its users and for operators. */
  readonly reason: string;
  /** How often, since it was released or was last well for a week. */
  readonly strikes: number;
  readonly struckMs: EpochMs;
}

/** A strike this old counts no more. */
const STRIKE_KEPT_MS = 7 * DAY_MS;
const REASON_CHARS_MAX = 500;

/** Which tenants are in quarantine, or came near it. A few rows, whatever number of tenants there is. */
export class QuarantineTable {
  readonly #db: DatabaseSync;
  readonly #now: () => EpochMs;

  readonly #audit: AuditTrail;

  constructor(db: DatabaseSync, now: () => EpochMs, audit: AuditTrail) {
    this.#db = db;
    this.#now = now;
    this.#audit = audit;
  }

  /** The tenant's work ended a thread again. @returns how often so far. @throws TenantProblem. */
  strike(tenant: string, reason: string): number {
    const nowMs = this.#now();
    const before = this.of(tenant);
    const isOld = before?.sinceMs === null && nowMs - before.struckMs > STRIKE_KEPT_MS;
    const strikes = before === undefined || isOld ? 1 : before.strikes + 1;
    this.#put({ tenant, strikes, struckMs: nowMs, sinceMs: before?.sinceMs ?? null, reason });
    return strikes;
  }

  /** From now on its points are stored and not judged. Twice is the same as once. @throws TenantProblem. */
  quarantine(tenant: string, reason: string): void {
    const before = this.of(tenant);
    if (before?.sinceMs != null) return;
    const nowMs = this.#now();
    const { strikes = 0, struckMs = nowMs } = before ?? {};
    transaction(this.#db, () => {
      this.#put({ tenant, strikes, struckMs, sinceMs: nowMs, reason });
      this.#audit.add("tenant quarantined", tenant, reason.slice(0, REASON_CHARS_MAX));
    });
  }

  /** All is forgotten: quarantine and strikes. @returns whether it was in quarantine. */
  release(tenant: string): boolean {
    const was = this.of(tenant)?.sinceMs != null;
    transaction(this.#db, () => {
      this.#db
        .prepare("DELETE FROM quarantine WHERE tenant_id = (SELECT id FROM tenant WHERE slug = ?)")
        .run(tenant);
      if (was) this.#audit.add("tenant released", tenant, "");
    });
    return was;
  }

  of(tenant: string): QuarantineRecord | undefined {
    const row = this.#db.prepare(`${SELECT} WHERE t.slug = ?`).get(tenant);
    return row === undefined ? undefined : recordOf(row);
  }

  /** All tenants in quarantine, by name. */
  quarantined(): QuarantineRecord[] {
    const sql = `${SELECT} WHERE q.since_ms IS NOT NULL ORDER BY t.slug`;
    return this.#db.prepare(sql).all().map(recordOf);
  }

  #put({ tenant, strikes, struckMs, sinceMs, reason }: QuarantineRecord): void {
    const { changes } = this.#db
      .prepare(
        `INSERT OR REPLACE INTO quarantine (tenant_id, strikes, struck_ms, since_ms, reason)
         SELECT id, ?, ?, ?, ? FROM tenant WHERE slug = ?`,
      )
      .run(strikes, struckMs, sinceMs, reason.slice(0, REASON_CHARS_MAX), tenant);
    if (changes === 0) throw new TenantProblem(`no tenant "${tenant}"`);
  }
}

const SELECT = `SELECT t.slug, q.strikes, q.struck_ms, q.since_ms, q.reason
  FROM quarantine q JOIN tenant t ON t.id = q.tenant_id`;

function recordOf(row: Readonly<Record<string, unknown>>): QuarantineRecord {
  return {
    tenant: String(row.slug),
    sinceMs: row.since_ms === null ? null : Number(row.since_ms),
    reason: String(row.reason),
    strikes: Number(row.strikes),
    struckMs: Number(row.struck_ms),
  };
}
