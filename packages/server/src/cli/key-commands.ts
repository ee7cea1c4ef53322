import { userInfo } from "node:os";
import { join } from "node:path";
import { readConfig } from "../config/config.ts";
import { SCOPES, type Scope } from "../tenant/api-key.ts";
import { ControlDb, type KeyRecord, type TenantRecord } from "../tenant/control-db.ts";
import { type Context, printJson, say } from "./terminal/context.ts";
import { CliError, EXIT, type ExitCode } from "./terminal/exit-code.ts";
import { type TableColumn, tableText } from "./terminal/table.ts";
import { timeText } from "./terminal/time-text.ts";

/** Where the keys and tenants live; the server may be running on the same folder. */
export interface DataFlags {
  readonly dataDir?: string | undefined;
}

export interface KeyFlags extends DataFlags {
  readonly scope: string;
  readonly expiresInMs?: number | undefined;
  readonly note?: string | undefined;
}

/** `foreshock keys create`: prints the token on stdout, once; only its hash is kept. */
export function createKey(context: Context, flags: KeyFlags): ExitCode {
  const scope = SCOPES.find((known) => known === flags.scope);
  if (scope === undefined) {
    throw new CliError(`no scope "${flags.scope}"`, EXIT.usage, `use ${SCOPES.join(", ")}`);
  }
  const tenant = tenantFor(scope, context.flags.tenant);
  const { expiresInMs, note } = flags;
  const expiresAt = expiresInMs === undefined ? undefined : context.io.now() + expiresInMs;
  const made = withControl(context, flags, (control) =>
    control.createKey({ tenant, scope, expiresAt, note }),
  );
  if (context.flags.json === true) {
    printJson(context, { token: made.token, ...shownKey(made.key) });
    return EXIT.ok;
  }
  context.io.out(`${made.token}\n`);
  say(context, "store it now: it is shown only once. Revoke it with:");
  say(context, `  foreshock keys revoke ${made.key.keyId}`);
  return EXIT.ok;
}

/** `foreshock keys list`: of one tenant or all, revoked ones too. */
export function listKeys(context: Context, flags: DataFlags): ExitCode {
  const keys = withControl(context, flags, (control) => control.keys(context.flags.tenant));
  if (context.flags.json === true) printJson(context, { data: keys.map(shownKey) });
  else context.io.out(tableText(keyColumns(context.io.now()), keys, context.io, context.colors));
  return EXIT.ok;
}

/** `foreshock keys revoke ID`: for good. */
export function revokeKey(context: Context, keyId: string, flags: DataFlags): ExitCode {
  const key = withControl(context, flags, (control) => control.revokeKey(keyId));
  if (context.flags.json === true) printJson(context, shownKey(key));
  else say(context, `${keyId} revoked; running servers refuse it within 5 s`);
  return EXIT.ok;
}

/** `foreshock tenants create NAME`: running it twice changes nothing. */
export function createTenant(
  context: Context,
  name: string,
  flags: DataFlags & { readonly budgetDays?: number | undefined },
): ExitCode {
  const { budgetDays } = flags;
  const tenant = withControl(context, flags, (control) => {
    const made = control.ensureTenant(name);
    if (budgetDays !== undefined) control.changeSettings(name, { budgetDays });
    return made;
  });
  if (context.flags.json === true) printJson(context, shownTenant(tenant));
  else say(context, `tenant ${name} exists; next: foreshock keys create --tenant ${name}`);
  return EXIT.ok;
}

/** `foreshock tenants list`. */
export function listTenants(context: Context, flags: DataFlags): ExitCode {
  const rows = withControl(context, flags, (control) =>
    control.tenants().map((tenant) => ({
      ...shownTenant(tenant),
      ...control.settings(tenant.slug),
      keys: control.keys(tenant.slug).filter(({ revokedAt }) => revokedAt === null).length,
    })),
  );
  if (context.flags.json === true) {
    printJson(context, { data: rows });
    return EXIT.ok;
  }
  const columns: TableColumn<(typeof rows)[number]>[] = [
    { title: "TENANT", text: ({ tenant }) => tenant },
    { title: "CREATED", text: ({ createdAt }) => timeText(Date.parse(createdAt)) },
    { title: "KEYS", right: true, text: ({ keys }) => String(keys) },
    { title: "BUDGET", text: ({ budgetDays }) => `one finding in ${budgetDays} days` },
  ];
  context.io.out(tableText(columns, rows, context.io, context.colors));
  return EXIT.ok;
}

function tenantFor(scope: Scope, given: string | undefined): string | undefined {
  if (scope === "operator" || given !== undefined) return given;
  throw new CliError(
    "no tenant",
    EXIT.usage,
    "name one with --tenant; `foreshock tenants list` shows them",
  );
}

function withControl<Result>(
  { io }: Context,
  flags: DataFlags,
  work: (control: ControlDb) => Result,
): Result {
  const { dataDir } = readConfig({ dataDir: flags.dataDir }, io.env);
  const control = ControlDb.open(join(dataDir, "control.db"), io.now, `cli:${userName()}`);
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

function shownKey({ createdAt, expiresAt, revokedAt, ...key }: KeyRecord) {
  return {
    ...key,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
    revokedAt: iso(revokedAt),
  };
}

function shownTenant({ slug, createdAt }: TenantRecord) {
  return { tenant: slug, createdAt: new Date(createdAt).toISOString() };
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}

function keyColumns(nowMs: number): TableColumn<KeyRecord>[] {
  return [
    { title: "KEY", text: ({ keyId }) => keyId },
    { title: "TENANT", text: ({ tenant }) => tenant ?? "(all)" },
    { title: "SCOPE", text: ({ scope }) => scope },
    { title: "STATE", text: (key) => stateOf(key, nowMs) },
    { title: "CREATED", text: ({ createdAt }) => timeText(createdAt) },
    { title: "NOTE", text: ({ note }) => note },
  ];
}

function stateOf({ revokedAt, expiresAt }: KeyRecord, nowMs: number): string {
  if (revokedAt !== null) return "revoked";
  if (expiresAt === null) return "valid";
  return expiresAt <= nowMs ? "expired" : `valid until ${timeText(expiresAt)}`;
}
