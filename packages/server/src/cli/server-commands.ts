import { LEVELS, type Level } from "@foreshock/core/fold";
import { Argument, type Command } from "commander";
import { top } from "./live/top.ts";
import type { TopFlags } from "./live/top-flags.ts";
import { type WhyFlags, why } from "./live/why.ts";
import type { Shell } from "./shell.ts";
import { positive, score, since, wholeNumber } from "./terminal/flag-values.ts";

/** `--watch` alone refreshes every five seconds. */
type WatchFlags = Omit<TopFlags, "watch"> & { readonly watch?: number | true };

const WATCH_SECONDS = 5;

/** Commands that ask a running server. */
export function addServerCommands(program: Command, { run }: Shell): void {
  program
    .command("top")
    .description("who misbehaves most now, worst first")
    .addArgument(
      new Argument("[level]", "what to rank").choices(LEVELS).default("node" satisfies Level),
    )
    .option("-n, --count <count>", "rows", wholeNumber(1), 10)
    .option(
      "--since <time>",
      "1h, 24h, now-7d or an instant; tenants stand as of now",
      since,
      "now-1h",
    )
    .option("--min <score>", "only scores at or above this", score, 0)
    .option("--cluster <name>", "only this cluster")
    .option("--watch [seconds]", "refresh repeatedly", positive)
    .addHelpText("after", TOP_EXAMPLES)
    .action((level: Level, { watch, ...flags }: WatchFlags, command: Command) =>
      run(command, (context) => {
        const seconds = watch === true ? WATCH_SECONDS : watch;
        return top(context, level, { ...flags, watch: seconds });
      }),
    );
  program
    .command("why")
    .description("what happened there, how rare it is, and where the score comes from")
    .argument("<path|id>", "cluster, cluster/node, cluster/node/metric, or an id")
    .option("--since <time>", "1h, 24h, now-7d or an instant", since, "now-24h")
    .addHelpText("after", WHY_EXAMPLES)
    .action((target: string, flags: WhyFlags, command: Command) =>
      run(command, (context) => why(context, target, flags)),
    );
}

const TOP_EXAMPLES = `
Examples:
  foreshock top
  foreshock top tenant                    all tenants of an operator key, as they stand now
  foreshock top metric -n 20 --since 24h
  foreshock top node --watch
  foreshock top node -n 1 --json=path,score,severity`;

const WHY_EXAMPLES = `
Examples:
  foreshock why checkout-eu/node-042
  foreshock why checkout-eu/node-042/cpu_usage --since 7d
  foreshock why checkout-eu/node-042 --json`;
