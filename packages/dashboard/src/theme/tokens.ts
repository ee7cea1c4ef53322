import type { Theme } from "./theme.ts";

/** The custom properties that canvases draw with; the style sheet is their only source. */
const NAMES = [
  "sev-none",
  "sev-low",
  "sev-moderate",
  "sev-major",
  "sev-critical",
  "sev-critical-ink",
  "sev-major-ink",
  "sev-moderate-ink",
  "sev-low-ink",
  "sev-outline",
  "ink",
  "ink-soft",
  "line",
  "line-strong",
  "panel",
  "series",
  "series-soft",
  "band",
  "expected",
  "hatch",
  "accent",
] as const;

export type TokenName = (typeof NAMES)[number];
export type Tokens = Readonly<Record<TokenName, string>>;

const cache = new Map<Theme, Tokens>();

/** Computed colours of a theme. Only right while `theme` is the one in force. */
export function tokensOf(theme: Theme): Tokens {
  const known = cache.get(theme);
  if (known !== undefined) return known;
  const probe = document.createElement("i");
  document.body.append(probe);
  const tokens = Object.fromEntries(
    NAMES.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  ) as Record<TokenName, string>;
  probe.remove();
  cache.set(theme, tokens);
  return tokens;
}
