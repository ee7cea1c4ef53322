import { DEFAULT_RANGE, isTimeToken } from "./time-range.ts";

/** What a fleet cell can be: a severity, or one of the two states that have no honest severity. */
export const CELL_STATES = [
  "critical",
  "major",
  "moderate",
  "low",
  "none",
  "learning",
  "silent",
] as const;
export type CellState = (typeof CELL_STATES)[number];

/** Everything a page can be in, apart from its path. Equal views give equal URLs. */
export interface View {
  /** Empty = the key's own tenant; where it sees several, none is chosen yet. */
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly live: boolean;
  /** Cell states the fleet map shows in colour; empty = all. */
  readonly show: readonly CellState[];
  /** Whether the fleet map is coloured by the score now or by the highest in the range. */
  readonly fill: "now" | "range";
  /** The cell that is selected on the map, `cluster/node`; empty = none. */
  readonly sel: string;
  /** The anomaly a metric page explains; empty = the worst of the range. */
  readonly anomaly: string;
  /** The finding that a cluster or a node is looked at for; empty = the worst of the range. */
  readonly finding: string;
  /** Tables in place of drawings. */
  readonly table: boolean;
}

export const DEFAULT_VIEW: View = {
  tenant: "",
  from: DEFAULT_RANGE.from,
  to: DEFAULT_RANGE.to,
  live: true,
  show: [],
  fill: "now",
  sel: "",
  anomaly: "",
  finding: "",
  table: false,
};

/** Keys this version does not know: another version's, or the user's own. They survive. */
export type Rest = readonly (readonly [name: string, value: string])[];

interface Field<Value> {
  /** undefined = not a value: the default stands. */
  read(text: string): Value | undefined;
  write(value: Value): string;
}

const word: Field<string> = { read: (text) => text, write: (value) => value };
const time: Field<string> = {
  read: (text) => (isTimeToken(text) ? text : undefined),
  write: (value) => value,
};
const flag: Field<boolean> = {
  read: (text) => ({ "1": true, "0": false })[text],
  write: (value) => (value ? "1" : "0"),
};

/** Order of the keys in the URL. */
const FIELDS: { readonly [Name in keyof View]: Field<View[Name]> } = {
  tenant: word,
  from: time,
  to: time,
  live: flag,
  show: { read: readStates, write: (value) => sortedStates(value).join(",") },
  fill: {
    read: (text) => (text === "now" || text === "range" ? text : undefined),
    write: (value) => value,
  },
  sel: word,
  anomaly: word,
  finding: word,
  table: flag,
};

const NAMES = Object.keys(FIELDS) as (keyof View)[];

/** Reads `?from=...&live=0`; values that are not values fall back to their defaults. */
export function decodeView(search: string): { readonly view: View; readonly rest: Rest } {
  const view: Record<string, unknown> = { ...DEFAULT_VIEW };
  const rest: [string, string][] = [];
  for (const [name, text] of new URLSearchParams(search)) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof View] : undefined;
    if (field === undefined) rest.push([name, text]);
    else view[name] = field.read(text) ?? view[name];
  }
  return { view: view as unknown as View, rest };
}

/** The search string with its `?`, defaults left out, unknown keys last and sorted; "" where nothing is left. */
export function encodeView(view: View, rest: Rest = []): string {
  const params = new URLSearchParams();
  for (const name of NAMES) {
    const text = written(name, view);
    if (text !== written(name, DEFAULT_VIEW)) params.append(name, text);
  }
  for (const [name, value] of [...rest].sort(byNameThenValue)) params.append(name, value);
  const text = params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text === "" ? "" : `?${text}`;
}

function written<Name extends keyof View>(name: Name, view: View): string {
  return FIELDS[name].write(view[name]);
}

function readStates(text: string): readonly CellState[] {
  return sortedStates(text.split(",").filter((one): one is CellState => isCellState(one)));
}

function sortedStates(states: readonly CellState[]): readonly CellState[] {
  const wanted = new Set(states);
  const sorted = CELL_STATES.filter((state) => wanted.has(state));
  return sorted.length === CELL_STATES.length ? [] : sorted;
}

function isCellState(text: string): boolean {
  return (CELL_STATES as readonly string[]).includes(text);
}

function byNameThenValue(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] === b[1]) return 0;
  return a[1] < b[1] ? -1 : 1;
}
