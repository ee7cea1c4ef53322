import { useEffect, useRef } from "react";
import { placeAbove } from "../state/place.ts";
import { resolveRange, zoomOut } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";

export const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ["g n", "Go to Now"],
  ["g f", "Go to Fleet"],
  ["j / k", "Next, previous row"],
  ["Enter", "Open the row"],
  ["u", "Up: metric, node, cluster, fleet"],
  ["t", "Choose the time range"],
  ["z", "Zoom out"],
  ["?", "This help"],
];

/** A second key counts as the rest of a chord for so long. */
const CHORD_MS = 1200;

/** Keys of the whole page. They stay out of the way of typing, dialogs and browser shortcuts. */
export function useShortcuts(showHelp: () => void): void {
  const { place, view, change, go } = useView();
  const lastG = useRef(0);

  useEffect(() => {
    const actions: Readonly<Record<string, () => void>> = {
      n: () => isChord(lastG.current) && go({ page: "now" }),
      f: () => isChord(lastG.current) && go({ page: "fleet" }),
      j: () => walkRows(1),
      k: () => walkRows(-1),
      u: () => place !== undefined && go(placeAbove(place)),
      t: openRangeMenu,
      z: () => change(zoomOut(resolveRange(view, Date.now()), Date.now())),
      "?": showHelp,
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      if (event.key === "g") {
        lastG.current = event.timeStamp;
        return;
      }
      const action = actions[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
      lastG.current = 0;
    };
    const isChord = (at: number) => at !== 0 && performance.now() - at < CHORD_MS;
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [place, view, change, go, showHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}

/** Focuses the next row in reading order; the first where none has the focus. */
function walkRows(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const current = rows.findIndex((row) => row.contains(document.activeElement));
  const next = current < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, current + step));
  rows[next]?.focus();
}

function openRangeMenu(): void {
  const select = document.querySelector<HTMLSelectElement>("#range");
  select?.focus();
  try {
    select?.showPicker();
  } catch {
    // The browser opens pickers only on its own terms; the focus is enough then.
  }
}
