import { userInfo } from "node:os";
import { join } from "node:path";
import { readConfig } from "../config/config.ts";
import { ControlDb } from "../tenant/control-db.ts";
import type { Context } from "./terminal/context.ts";

/** Where the keys and tenants live; the server may be running on the same folder. */
export interface DataFlags {
  readonly dataDir?: string | undefined;
}

export function dataDirOf({ io }: Context, { dataDir }: DataFlags): string {
  return readConfig({ dataDir }, io.env).dataDir;
}

/** Opens `control.db`, works with it and closes it. @throws TenantProblem. */
export function withControl<Result>(
  context: Context,
  flags: DataFlags,
  work: (control: ControlDb) => Result,
): Result {
  const file = join(dataDirOf(context, flags), "control.db");
  const control = ControlDb.open(file, context.io.now, `cli:${userName()}`);
  try {
    return work(control);
  } finally {
    control.close();
  }
}

/** Who runs the command, for the audit trail; some containers know no names. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
