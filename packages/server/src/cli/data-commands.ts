import type { Command } from "commander";
import { SCOPES } from "../tenant/api-key.ts";
import type { DataFlags } from "./data-folder.ts";
import { createKey, listKeys, revokeKey } from "./key-commands.ts";
import type { Shell } from "./shell.ts";
import { createTenant, listTenants, releaseTenant } from "./tenant-commands.ts";
import { type LabelFlags, tenantLabels } from "./tenant-labels.ts";
import { duration, names, positive } from "./terminal/flag-values.ts";

interface CreateKeyFlags extends DataFlags {
  readonly scope: string;
  readonly expires?: number;
  readonly note?: string;
}

/** Commands that work on the data folder itself, whether or not the server runs. */
export function addDataCommands(program: Command, shell: Shell): void {
  addKeyCommands(program, shell);
  const tenants = program.command("tenants").description("tenants: list, create, labels, release");
  addTenantCommands(tenants, shell);
  addLabelCommand(tenants, shell);
}

function addKeyCommands(program: Command, { run }: Shell): void {
  const keys = program.command("keys").description("API keys: create, list, revoke");
  onData(keys.command("create").description("a new key; the token is shown once"))
    .option("--scope <scope>", SCOPES.join(", "), "manage")
    .option("--expires <length>", "lifetime such as 30d or 12h; refused afterwards", duration)
    .option("--note <text>", "what the key is for")
    .addHelpText("after", "\nExample:\n  foreshock keys create --tenant acme --scope ingest")
    .action((flags: CreateKeyFlags, command: Command) =>
      run(command, (context) => createKey(context, { ...flags, expiresInMs: flags.expires })),
    );
  onData(keys.command("list").description("keys of all tenants, or of --tenant")).action(
    (flags: DataFlags, command: Command) => run(command, (context) => listKeys(context, flags)),
  );
  onData(keys.command("revoke").description("revoke a key for good"))
    .argument("<id>", "as `keys list` shows it")
    .action((id: string, flags: DataFlags, command: Command) =>
      run(command, (context) => revokeKey(context, id, flags)),
    );
}

function addTenantCommands(tenants: Command, { run }: Shell): void {
  onData(tenants.command("create").description("a new tenant"))
    .argument("<name>", "a-z, 0-9, dot, dash, underscore")
    .option(
      "--budget-days <days>",
      "alert budget: at most one finding in this many days (default 7)",
      positive,
    )
    .action((name: string, flags: DataFlags & { budgetDays?: number }, command: Command) =>
      run(command, (context) => createTenant(context, name, flags)),
    );
  onData(
    tenants
      .command("list", { isDefault: true })
      .description("tenants, their series, limits, alert budgets, and quarantine"),
  ).action((flags: DataFlags, command: Command) =>
    run(command, (context) => listTenants(context, flags)),
  );
  onData(tenants.command("release").description("end the quarantine of a tenant"))
    .argument("<name>", "as `tenants list` shows it")
    .action((name: string, flags: DataFlags, command: Command) =>
      run(command, (context) => releaseTenant(context, name, flags)),
    );
}

function addLabelCommand(tenants: Command, { run }: Shell): void {
  onData(
    tenants
      .command("labels")
      .description("which labels of remote write name cluster and node: shows or changes them"),
  )
    .argument("<name>", "as `tenants list` shows it")
    .option("--cluster <labels>", "names of labels, tried in this order: cluster,env", names)
    .option("--node <labels>", "names of labels, tried in this order: pod,instance", names)
    .option("--strip-port", "10.0.0.7:9100 is the node 10.0.0.7")
    .option("--no-strip-port", "ports belong to the node's name")
    .option("--defaults", "back to what holds for new tenants")
    .addHelpText("after", "\nExample:\n  foreshock tenants labels acme --node pod,instance")
    .action((name: string, flags: LabelFlags, command: Command) =>
      run(command, (context) => tenantLabels(context, name, flags)),
    );
}

function onData(command: Command): Command {
  return command.option("--data-dir <folder>", "the server's data folder (FORESHOCK_DATA_DIR)");
}
