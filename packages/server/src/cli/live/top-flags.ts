import type { Level } from "@foreshock/core/fold";
import type { Context } from "../terminal/context.ts";
import { timeText } from "../terminal/time-text.ts";

export interface TopFlags {
  readonly count: number;
  /** `now-1h`, an instant, anything the API takes. */
  readonly since: string;
  readonly min: number;
  readonly cluster?: string | undefined;
  /** Seconds between refreshes; undefined = print once. */
  readonly watch?: number | undefined;
}

/** A terminal that is watched shows one table, not one under the other. */
export function clearScreen({ io, colors }: Context, level: Level, { watch }: TopFlags): void {
  if (watch === undefined || !io.outIsTerminal) return;
  const title = `foreshock top ${level}  ${timeText(io.now())} UTC  (Ctrl-C ends)`;
  io.out(`\u001b[H\u001b[2J${colors.dim(title)}\n`);
}
