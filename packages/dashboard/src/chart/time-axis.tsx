import type { MsRange } from "../state/time-range.ts";
import { timeTicks } from "./time-ticks.ts";

/** Round instants under a drawing that spans `range`. */
export function TimeAxis({ range, ticks }: { readonly range: MsRange; readonly ticks: number }) {
  const lengthMs = range.endMs - range.startMs;
  return (
    <div class="axis" aria-hidden="true">
      {timeTicks(range, ticks).map(({ atMs, label }) => (
        <span
          key={atMs}
          class={edgeOf((atMs - range.startMs) / lengthMs)}
          style={{ left: `${((atMs - range.startMs) / lengthMs) * 100}%` }}
        >
          {label}
        </span>
      ))}
    </div>
  );
}

/** Labels near an edge lean inwards, so that they are not cut. */
function edgeOf(share: number): string | undefined {
  if (share < 0.05) return "is-first";
  return share > 0.93 ? "is-last" : undefined;
}
