import { count } from "../format/number.ts";
import { CELL_WORDS } from "../severity/severity.ts";
import { SeverityGlyph } from "../severity/severity-mark.tsx";
import { CELL_STATES, type CellState } from "../state/view-codec.ts";

/** What the colours mean, how many there are of each, and a filter: press to show only these. */
export function Legend(props: {
  readonly counts: Readonly<Record<CellState, number>>;
  readonly show: readonly CellState[];
  readonly onShow: (show: readonly CellState[]) => void;
}) {
  const { counts, show, onShow } = props;
  return (
    <fieldset class="legend">
      <legend class="visually-hidden">Show only</legend>
      {CELL_STATES.map((state) => {
        const isOn = show.includes(state);
        const next = isOn ? show.filter((one) => one !== state) : [...show, state];
        return (
          <button
            key={state}
            type="button"
            class={isOn || show.length === 0 ? "legend-item" : "legend-item is-faint"}
            aria-pressed={isOn}
            disabled={counts[state] === 0 && !isOn}
            onClick={() => onShow(next)}
          >
            <StateGlyph state={state} />
            {CELL_WORDS[state]} <b class="number">{count(counts[state])}</b>
          </button>
        );
      })}
      {show.length === 0 ? null : (
        <button type="button" class="button button-small" onClick={() => onShow([])}>
          Show all
        </button>
      )}
    </fieldset>
  );
}

/** The glyph of a cell state: a severity's, a dashed outline with a dot, or a hatch. */
export function StateGlyph({ state }: { readonly state: CellState }) {
  if (state !== "learning" && state !== "silent") return <SeverityGlyph severity={state} />;
  return (
    <svg class="glyph" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <rect class={`glyph-${state}`} x="1" y="1" width="14" height="14" rx="3" />
      {state === "learning" ? (
        <rect class="glyph-dot" x="5.5" y="5.5" width="5" height="5" />
      ) : null}
      {state === "silent" ? <path class="glyph-hatch" d="M2 9 9 2M2 14 14 2M7 14l7-7" /> : null}
    </svg>
  );
}
