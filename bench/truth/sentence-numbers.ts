import type { RareFor } from "@foreshock/core/fold";

/** What a sentence of the product says, read back as a person would. Parts that it does not have are left out. */
export interface SaidNumbers {
  readonly nodes?: { readonly moved: number; readonly total: number };
  /** "HH:MM" of the change. */
  readonly at?: string;
  readonly direction?: "up" | "down";
  readonly typical?: { readonly low: number; readonly high: number };
  readonly actual?: number;
  /** "about once in 3 months", and of whom it is said. */
  readonly rarity?: { readonly words: string; readonly entity: RareFor };
  /** It began after another metric. */
  readonly isLater: boolean;
}

const NUMBER = String.raw`-?[\d.,]+(?:e-?\d+)?`;
const RANGE = `(?<low>${NUMBER})(?:(?: to |-)(?<high>${NUMBER}))?(?<unit> [MG])?`;
const VALUE = `(?<value>${NUMBER})(?<prefix> [MG])?`;
const AT = String.raw`(?<at>\d\d:\d\d)`;

const CHANGES = [
  new RegExp(`(?<word>rose|fell) from a typical ${RANGE} to ${VALUE} at ${AT}`),
  new RegExp(`has (?<word>risen|fallen) slowly since ${AT}, from a typical ${RANGE} to ${VALUE}`),
  new RegExp(`was at ${VALUE} at ${AT}, where ${RANGE} is usual`),
  new RegExp(`did not rise to its usual ${RANGE} at ${AT}`),
  new RegExp(`stuck at ${VALUE} since ${AT}`),
  new RegExp(`stopped reporting at ${AT}`),
  new RegExp(`as usual since ${AT}`),
  new RegExp(`than usual since ${AT}`),
  new RegExp(`went to ${VALUE} at ${AT}`),
];
const UP = new Set(["rose", "risen"]);

export function saidNumbers(text: string): SaidNumbers {
  const nodes = /(\d+) of (\d+) nodes/.exec(text);
  const rarity =
    /((?:about|more than|less than) once [\w ]+?) (?:for|in) this (metric|node|cluster|fleet)/.exec(
      text,
    );
  const found = CHANGES.map((pattern) => pattern.exec(text)?.groups).find(
    (one) => one !== undefined,
  );
  const { at, word, low, high = low, unit = "", value, prefix = "" } = found ?? {};
  return {
    ...(nodes === null ? {} : { nodes: { moved: Number(nodes[1]), total: Number(nodes[2]) } }),
    ...(at === undefined ? {} : { at }),
    ...(word === undefined ? {} : { direction: UP.has(word) ? "up" : "down" }),
    ...(low === undefined
      ? {}
      : { typical: { low: numberOf(low, unit), high: numberOf(high!, unit) } }),
    ...(value === undefined ? {} : { actual: numberOf(value, prefix) }),
    ...(rarity === null ? {} : { rarity: { words: rarity[1]!, entity: rarity[2] as RareFor } }),
    isLater: /; started .* after /.test(text),
  };
}

function numberOf(text: string, prefix: string): number {
  const factor = prefix === " M" ? 1e6 : prefix === " G" ? 1e9 : 1;
  return Number(text.replaceAll(",", "")) * factor;
}
