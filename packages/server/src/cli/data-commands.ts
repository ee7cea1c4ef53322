import type { Command } from "commander";
import { SCOPES } from "../tenant/api-key.ts";
import type { DataFlags } from "./data-folder.ts";
import { createKey, listKeys, revokeKey } from "./key-commands.ts";
import type { Shell } from "./shell.ts";
import { createTenant, listTenants, releaseTenant } from "./tenant-commands.ts";
import { duration, positive } from "./terminal/flag-values.ts";

interface CreateKeyFlags extends DataFlags {
  readonly scope: string;
  readonly expires?: number;
  readonly note?: string;
}

/** Commands that work on the data folder itself, whether or not the server runs. */
export function addDataCommands(program: Command, { run }: Shell): void {
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
  const tenants = program.command("tenants").description("tenants: list, create, release");
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

function onData(command: Command): Command {
  return command.option("--data-dir <folder>", "the server's data folder (FORESHOCK_DATA_DIR)");
}
