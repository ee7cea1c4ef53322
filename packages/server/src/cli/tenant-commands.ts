import { seriesBytes } from "../memory/series-bytes.ts";
import { countSeries, type KeptSeries } from "../store/series/series-counts.ts";
import type { ControlDb, TenantRecord } from "../tenant/control-db.ts";
import type { QuarantineRecord } from "../tenant/quarantine-table.ts";
import { type DataFlags, dataDirOf, withControl } from "./data-folder.ts";
import { type Context, printJson, say } from "./terminal/context.ts";
import { CliError, EXIT, type ExitCode } from "./terminal/exit-code.ts";
import { type TableColumn, tableText } from "./terminal/table.ts";
import { countText, timeText } from "./terminal/time-text.ts";

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

/** `foreshock tenants`, also while the server runs: series, limits, and which are in quarantine and why. */
export function listTenants(context: Context, flags: DataFlags): ExitCode {
  const counts = countSeries(dataDirOf(context, flags));
  const rows = withControl(context, flags, (control) =>
    control.tenants().map((tenant) => rowOf(control, tenant, counts.get(tenant.slug))),
  );
  if (context.flags.json === true) printJson(context, { data: rows });
  else context.io.out(tableText(COLUMNS, rows, context.io, context.colors));
  return EXIT.ok;
}

/** `foreshock tenants release NAME`: detection goes on; what struck it before is forgotten. */
export function releaseTenant(context: Context, name: string, flags: DataFlags): ExitCode {
  const before = withControl(context, flags, (control) => {
    demandTenant(control, name);
    const found = control.quarantine.of(name);
    control.quarantine.release(name);
    return found;
  });
  const wasIn = before?.sinceMs != null;
  if (context.flags.json === true) printJson(context, { tenant: name, released: wasIn });
  else if (wasIn) say(context, `${name} is released: its detection goes on within seconds`);
  else say(context, `${name} was not in quarantine`);
  return EXIT.ok;
}

/** @throws CliError where there is no such tenant. */
export function demandTenant(control: ControlDb, name: string): void {
  if (control.tenant(name) !== undefined) return;
  throw new CliError(
    `no tenant "${name}"`,
    EXIT.notFound,
    "`foreshock tenants` shows what there is",
  );
}

function rowOf(control: ControlDb, tenant: TenantRecord, kept: KeptSeries | undefined) {
  const { slug } = tenant;
  const struck = control.quarantine.of(slug);
  return {
    ...shownTenant(tenant),
    ...control.settings(slug),
    series: kept?.count ?? 0,
    // What the server charges for series and names; folds come on top, as /metrics shows.
    memoryBytes: seriesBytes(kept?.count ?? 0, kept?.nameBytes ?? 0),
    keys: control.keys(slug).filter(({ revokedAt }) => revokedAt === null).length,
    quarantine: struck === undefined ? null : shownQuarantine(struck),
  };
}

type TenantRow = ReturnType<typeof rowOf>;

const COLUMNS: readonly TableColumn<TenantRow>[] = [
  { title: "TENANT", text: ({ tenant }) => tenant },
  { title: "CREATED", text: ({ createdAt }) => timeText(Date.parse(createdAt)) },
  { title: "KEYS", right: true, text: ({ keys }) => String(keys) },
  {
    title: "SERIES",
    right: true,
    text: ({ series, limits }) =>
      `${countText(series)}/${countText(Math.max(limits.knownSeriesMax, limits.activeSeriesMax))}`,
  },
  {
    title: "MEMORY",
    right: true,
    text: ({ memoryBytes }) => `${countText(Math.ceil(memoryBytes / 2 ** 20))} MiB`,
  },
  { title: "POINTS/S", right: true, text: ({ limits }) => countText(limits.pointsPerSecond) },
  { title: "BUDGET", text: ({ budgetDays }) => `one finding in ${budgetDays} days` },
  {
    title: "STATE",
    text: ({ quarantine }) => stateOf(quarantine),
    paint: (text, { quarantine }, colors) => (quarantine?.since == null ? text : colors.red(text)),
  },
];

function stateOf(quarantine: TenantRow["quarantine"]): string {
  if (quarantine === null) return "ok";
  const { since, strikes, reason } = quarantine;
  if (since !== null) return `quarantine since ${timeText(Date.parse(since))}: ${reason}`;
  return `ok, struck ${strikes === 1 ? "once" : `${strikes} times`}: ${reason}`;
}

function shownQuarantine({ sinceMs, struckMs, strikes, reason }: QuarantineRecord) {
  const iso = (atMs: number) => new Date(atMs).toISOString();
  return {
    since: sinceMs === null ? null : iso(sinceMs),
    strikes,
    struckAt: iso(struckMs),
    reason,
  };
}

function shownTenant({ slug, createdAt }: TenantRecord) {
  return { tenant: slug, createdAt: new Date(createdAt).toISOString() };
}
