import type { LabelNames } from "../platform/label-names.ts";
import { DEFAULT_SETTINGS } from "../tenant/tenant-settings.ts";
import { type DataFlags, withControl } from "./data-folder.ts";
import { demandTenant } from "./tenant-commands.ts";
import { type Context, printJson, say } from "./terminal/context.ts";
import { EXIT, type ExitCode } from "./terminal/exit-code.ts";

export interface LabelFlags extends DataFlags {
  readonly cluster?: readonly string[];
  readonly node?: readonly string[];
  readonly stripPort?: boolean;
  readonly defaults?: boolean;
}

/**
 * `foreshock tenants labels NAME`: how remote write's labels name cluster and node. A running server goes by
 * a change within seconds; series that are kept keep their names.
 */
export function tenantLabels(context: Context, name: string, flags: LabelFlags): ExitCode {
  const { cluster, node, stripPort } = flags;
  const patch: Partial<LabelNames> = {
    ...(flags.defaults === true ? DEFAULT_SETTINGS.labels : {}),
    ...(cluster === undefined ? {} : { cluster }),
    ...(node === undefined ? {} : { node }),
    ...(stripPort === undefined ? {} : { stripPort }),
  };
  const labels = withControl(context, flags, (control) => {
    demandTenant(control, name);
    if (Object.keys(patch).length > 0) control.changeSettings(name, { labels: patch });
    return control.settings(name).labels;
  });
  if (context.flags.json === true) printJson(context, { tenant: name, ...labels });
  else {
    say(context, `cluster: the first of ${labels.cluster.join(", ")}`);
    say(context, `node: the first of ${labels.node.join(", ")}`);
    say(context, labels.stripPort ? "ports are stripped" : "ports belong to the name");
  }
  return EXIT.ok;
}
