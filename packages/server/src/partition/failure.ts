import { type Failure, TenantFailed } from "../platform/platform-errors.ts";
import { StoreUnavailable } from "../store/sqlite/store-error.ts";

/** An error as it crosses the thread: what the store says keeps its code, the rest is our mistake. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreUnavailable) return { code: `store/${error.reason}`, message };
  if (error instanceof TenantFailed) return { code: "tenant/failed", message };
  return { code: "internal", message };
}
