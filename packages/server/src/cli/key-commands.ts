import { SCOPES, type Scope } from "../tenant/api-key.ts";
import type { KeyRecord } from "../tenant/control-db.ts";
import { type DataFlags, withControl } from "./data-folder.ts";
import { type Context, printJson, say } from "./terminal/context.ts";
import { CliError, EXIT, type ExitCode } from "./terminal/exit-code.ts";
import { type TableColumn, tableText } from "./terminal/table.ts";
import { timeText } from "./terminal/time-text.ts";

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

function tenantFor(scope: Scope, given: string | undefined): string | undefined {
  if (scope === "operator" || given !== undefined) return given;
  throw new CliError(
    "no tenant",
    EXIT.usage,
    "name one with --tenant; `foreshock tenants list` shows them",
  );
}

function shownKey({ createdAt, expiresAt, revokedAt, ...key }: KeyRecord) {
  return {
    ...key,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
    revokedAt: iso(revokedAt),
  };
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
