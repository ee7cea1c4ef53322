import { moment } from "../format/time.ts";
import { followsNow, presetLabel, RANGE_PRESETS, resolveRange } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";

/** Range presets; a zoomed range is one more entry, so that the select always says what is shown. */
export function RangeMenu() {
  const { view, change } = useView();
  const isPreset = presetLabel(view) !== null;
  return (
    <label class="field">
      <span class="visually-hidden">Time range, UTC</span>
      <select
        id="range"
        value={isPreset ? view.from : "custom"}
        onChange={(event) => {
          const from = event.currentTarget.value;
          if (from !== "custom") change({ from, to: "now" });
        }}
      >
        {isPreset ? null : <option value="custom">{customLabel(view)}</option>}
        {RANGE_PRESETS.map(({ from, label }) => (
          <option key={from} value={from}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function customLabel(view: { readonly from: string; readonly to: string }): string {
  const nowMs = Date.now();
  const { startMs, endMs } = resolveRange(view, nowMs);
  return `${moment(startMs, nowMs)} – ${moment(endMs, nowMs)}`;
}

/** On: the page asks again every ten seconds. A range of the past stands still by itself. */
export function LiveToggle() {
  const { view, change } = useView();
  const follows = followsNow(view);
  const on = view.live && follows;
  return (
    <button
      type="button"
      class={on ? "button toggle is-on" : "button toggle"}
      aria-pressed={on}
      disabled={!follows}
      title={follows ? "Ask again every 10 s" : "This range lies in the past"}
      onClick={() => change({ live: !view.live }, { replace: true })}
    >
      <span class="live-dot" aria-hidden="true" />
      Live
    </button>
  );
}
