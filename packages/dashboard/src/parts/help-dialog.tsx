import { useEffect, useRef } from "react";
import { SHORTCUTS } from "./shortcuts.ts";

/** Shortcuts and what the numbers mean, in a native dialog. */
export function HelpDialog(props: { readonly open: boolean; readonly onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (props.open) ref.current?.showModal();
    else ref.current?.close();
  }, [props.open]);
  return (
    <dialog ref={ref} class="help" aria-labelledby="help-title" onClose={props.onClose}>
      <div class="help-head">
        <h2 id="help-title">Help</h2>
        <button type="button" class="button button-small" onClick={props.onClose}>
          Close
        </button>
      </div>
      <h3>Keys</h3>
      <dl class="keys">
        {SHORTCUTS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (key === "/" ? " / " : <kbd key={key}>{key}</kbd>))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h3>What a score means</h3>
      <p>
        A score says how rare this is for this very metric, node or cluster while healthy: 50 is
        about once a day, 75 once in 5.5 days, 90 once in 30 days, 97 once in 7 months. A{" "}
        <b>finding</b> is one more step: rare for the whole fleet, inside the alert budget. Colours
        on maps show the first, findings the second.
      </p>
      <p class="soft">All times are UTC. “Started after” never means “caused by”.</p>
    </dialog>
  );
}
