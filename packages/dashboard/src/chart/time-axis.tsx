import type { MsRange } from "../state/time-range.ts";
import { timeTicks } from "./time-ticks.ts";

/** Round instants under a drawing that spans `range`. */
export function TimeAxis({ range, ticks }: { readonly range: MsRange; readonly ticks: number }) {
  const lengthMs = range.endMs - range.startMs;
  return (
    <div class="axis" aria-hidden="true">
      {timeTicks(range, ticks).map(({ atMs, label }) => (
        <span key={atMs} style={{ left: `${((atMs - range.startMs) / lengthMs) * 100}%` }}>
          {label}
        </span>
      ))}
    </div>
  );
}
