import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";
export type Theme = "light" | "dark";

const STORED = "foreshock.theme";
const CHOICES: readonly ThemeChoice[] = ["system", "light", "dark"];

const listeners = new Set<() => void>();
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
systemDark.addEventListener("change", () => tell());

/** What the user chose; kept in this browser, because it belongs to the screen and not to the link. */
function themeChoice(): ThemeChoice {
  const stored = window.localStorage.getItem(STORED) as ThemeChoice | null;
  return stored !== null && CHOICES.includes(stored) ? stored : "system";
}

export function chooseTheme(choice: ThemeChoice): void {
  window.localStorage.setItem(STORED, choice);
  applyTheme();
  tell();
}

export function nextChoice(choice: ThemeChoice): ThemeChoice {
  return CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length]!;
}

/** Puts the choice on the document, where `color-scheme` and with it all colours follow. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = themeChoice();
}

/** The choice and what it means now; canvases redraw when it changes. */
export function useTheme(): { readonly choice: ThemeChoice; readonly theme: Theme } {
  const choice = useSyncExternalStore(subscribe, themeChoice);
  const theme = useSyncExternalStore(subscribe, themeNow);
  return { choice, theme };
}

function themeNow(): Theme {
  const choice = themeChoice();
  if (choice !== "system") return choice;
  return systemDark.matches ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
