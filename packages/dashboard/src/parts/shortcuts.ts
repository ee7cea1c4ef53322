import { useEffect } from "react";
import { placeAbove } from "../state/place.ts";
import { resolveRange, zoomOut } from "../state/time-range.ts";
import { viewNow } from "../state/use-view.ts";

export const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ["g n", "Go to Now"],
  ["g f", "Go to Fleet"],
  ["g t", "Go to Tenants"],
  ["j / k", "Next, previous row"],
  ["Enter", "Open the row"],
  ["u", "Up: metric, node, cluster, fleet, now, tenants"],
  ["t", "Choose the time range"],
  ["z", "Zoom out"],
  ["?", "This help"],
];

/** A second key counts as the rest of a chord for so long. */
const CHORD_MS = 1200;

/**
 * Keys of the whole page. They stay out of the way of typing, dialogs and browser shortcuts.
 * @param several whether the key sees more than one tenant.
 */
export function useShortcuts(showHelp: () => void, several: boolean): void {
  useEffect(() => {
    let lastGMs = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      const isChord = event.timeStamp - lastGMs < CHORD_MS;
      lastGMs = event.key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const action = actionOf(event.key, isChord, { showHelp, several });
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [showHelp, several]);
}

/** Reads the address when the key comes: fast typing must not act on the page before. */
function actionOf(
  key: string,
  isChord: boolean,
  { showHelp, several }: { readonly showHelp: () => void; readonly several: boolean },
): (() => void) | undefined {
  const { place, view, change, go } = viewNow();
  if (isChord && key === "n") return () => go({ page: "now" });
  if (isChord && key === "f") return () => go({ page: "fleet" });
  if (isChord && key === "t") return () => go({ page: "tenants" });
  const actions: Readonly<Record<string, () => void>> = {
    j: () => walkRows(1),
    k: () => walkRows(-1),
    u: () => go(placeAbove(place ?? { page: "now" }, several)),
    t: openRangeMenu,
    z: () => change(zoomOut(resolveRange(view, Date.now()), Date.now())),
    "?": showHelp,
  };
  return Object.hasOwn(actions, key) ? actions[key] : undefined;
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
