import { METRIC_BYTES_MAX, nameFault } from "../platform/place-name.ts";
import { type ColumnFacts, columnFacts, isDate } from "./column-facts.ts";
import { CsvError, shown } from "./csv-error.ts";
import type { CsvFormat, CsvOptions } from "./read-options.ts";
import { TIME_NAMES, WEAK_TIME_NAMES } from "./time-names.ts";

/** Which column means what; -1 = not there. */
export interface CsvLayout {
  readonly format: CsvFormat;
  readonly columnCount: number;
  /** Names of all columns; "" for one without. */
  readonly names: readonly string[];
  readonly time: number;
  /** A column of dates beside one of times of day; -1 where the time column holds both. */
  readonly date: number;
  readonly cluster: number;
  readonly node: number;
  readonly metric: number;
  /** Columns that become part of the metric's name: `disk_used{device="sda"}`. */
  readonly tags: readonly number[];
  /** The value columns and the metric each of them holds (not used where `metric` is a column). */
  readonly values: readonly number[];
  readonly metricNames: readonly string[];
  /** Why a column cannot name a metric, by its index in `values`; undefined where it can. */
  readonly metricFaults: readonly (string | undefined)[];
  /** Columns that are not used, with the reason. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly column: number;
  readonly why: string;
}

const VALUE_NAMES = ["value", "_value", "val"];
const ROLES = ["cluster", "node", "metric"] as const;
type Role = (typeof ROLES)[number];
const ROLE_NAMES: Record<Role, readonly string[]> = {
  cluster: ["cluster", "cluster_id", "clusterid"],
  node: [
    ...["node", "node_id", "nodeid", "host", "hostname", "host.name", "host_name", "instance"],
    ...["pod", "podname", "pod_name", "kubernetes_node", "server", "machine"],
  ],
  metric: ["metric", "metric_name", "metricname", "metric name", "__name__", "series"],
};
/** Columns that say something about the value and tell no series from another. */
const REMARK_NAMES = ["unit", "units", "comment", "note", "notes", "description", "message"];
const HEADER_EXAMPLES = "`timestamp,value` or `cluster,node,metric,timestamp,value`";
/** A column with more different texts than rows by this share tells rows apart, not series. */
const DISTINCT_SHARE = 0.5;
const DISTINCT_FREE = 20;

/** What is looked at to tell the columns apart: the header and the first rows. */
export interface LayoutInput {
  readonly file: string;
  readonly line: number;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Reads a header by its names and by what stands under them. @throws CsvError that names the columns. */
export function csvLayout(input: LayoutInput, options: CsvOptions): CsvLayout {
  const names = input.header.map((name) => name.trim());
  const refuse = (problem: string, remedy: string): never => {
    throw new CsvError(input.file, input.line, problem, remedy);
  };
  const facts = names.map((_, column) => columnFacts(input.rows, column));
  checkNames(names, facts, refuse);
  const columns = new Columns(names, facts, input.rows.length, refuse);
  const roles = columns.roles(options.by);
  const { time, date } = columns.times(options.time);
  const taken = new Set([time, date, roles.cluster, roles.node, roles.metric]);
  const used = columns.used(options, roles, taken);
  const metricNames = used.values.map((index) => names[index]! || `column ${index + 1}`);
  const format = formatOf(options, roles, metricNames, refuse);
  const metricFaults = metricNames.map((name) => nameFault(name, METRIC_BYTES_MAX));
  const layout = { format, columnCount: names.length, names, time, date, ...roles, ...used };
  return { ...layout, metricNames, metricFaults };
}

type Refuse = (problem: string, remedy: string) => never;
type Roles = Record<Role, number>;
type Used = Pick<CsvLayout, "values" | "tags" | "leftOut">;

class Columns {
  readonly #names: readonly string[];
  readonly #lower: readonly string[];
  readonly #facts: readonly ColumnFacts[];
  readonly #rowCount: number;
  readonly #refuse: Refuse;

  constructor(
    names: readonly string[],
    facts: readonly ColumnFacts[],
    rowCount: number,
    refuse: Refuse,
  ) {
    this.#names = names;
    this.#lower = names.map((name) => name.toLowerCase());
    this.#facts = facts;
    this.#rowCount = rowCount;
    this.#refuse = refuse;
  }

  times(given: string | undefined): { readonly time: number; readonly date: number } {
    if (given !== undefined) return { time: this.#named(given, "--time"), date: -1 };
    const date = this.#facts.findIndex(({ isDay }) => isDay);
    const clock = this.#facts.findIndex(({ isClock }) => isClock);
    if (date >= 0 && clock >= 0) return { time: clock, date };
    const found = this.#firstOf(TIME_NAMES);
    if (found >= 0) return { time: found, date: -1 };
    const dates = this.#facts.flatMap(({ kind }, i) => (kind === "time" ? [i] : []));
    if (dates.length === 1) return { time: dates[0]!, date: -1 };
    const numbers = this.#facts.flatMap(({ isEpoch }, i) => (isEpoch ? [i] : []));
    if (dates.length === 0 && numbers.length === 1) return { time: numbers[0]!, date: -1 };
    const weak = this.#firstOf(WEAK_TIME_NAMES);
    if (weak >= 0) return { time: weak, date: -1 };
    return this.#refuse(
      `no time column among ${this.#list()}`,
      "name it with --time, or call it timestamp",
    );
  }

  roles(by: readonly string[] | undefined): Roles {
    const roles: Roles = { cluster: -1, node: -1, metric: -1 };
    if (by === undefined) {
      for (const role of ROLES) roles[role] = this.#firstOf(ROLE_NAMES[role]);
      return roles;
    }
    for (const part of by) {
      const cut = part.indexOf("=");
      const column = this.#named(cut < 0 ? part : part.slice(cut + 1), "--by");
      const role = cut < 0 ? roleOf(part) : part.slice(0, cut).trim();
      if (!isRole(role) || roles[role] >= 0) {
        return this.#refuse(
          `--by ${part} does not say what the column is`,
          "write cluster=COLUMN, node=COLUMN or metric=COLUMN, each at most once",
        );
      }
      roles[role] = column;
    }
    return roles;
  }

  /** Which columns hold values and which are part of the name; what is left has a reason. */
  used(options: CsvOptions, roles: Roles, taken: ReadonlySet<number>): Used {
    const rest = this.#names.map((_, i) => i).filter((i) => !taken.has(i));
    const asked = options.values ?? [];
    const value = this.#firstOf(VALUE_NAMES);
    const isLong = (roles.metric >= 0 || options.format === "long") && value >= 0;
    const leftOut: LeftOut[] = [];
    const tags: number[] = [];
    const numbers: number[] = [];
    for (const column of rest) {
      const why = this.#uselessness(column);
      if (why !== undefined) leftOut.push({ column, why });
      else if (isValueKind(this.#facts[column]!.kind)) numbers.push(column);
      else if (options.by === undefined) tags.push(column);
      else leftOut.push({ column, why: "--by does not name it" });
    }
    const chosen = asked.length > 0 ? asked.map((name) => this.#named(name, "--value")) : [value];
    const values = asked.length > 0 || isLong ? chosen : numbers;
    if (values.length === 0) return { values: this.#lastResort(rest), tags: [], leftOut };
    const asValues = new Set(values);
    const isValue = (column: number) => asValues.has(column);
    for (const column of numbers) {
      if (!isValue(column)) leftOut.push({ column, why: "it is no value column" });
    }
    return {
      values,
      tags: tags.filter((column) => !isValue(column)),
      leftOut: leftOut.filter(({ column }) => !isValue(column)),
    };
  }

  /** Nothing looks like a number: what there is will be refused where it stands. */
  #lastResort(rest: readonly number[]): readonly number[] {
    const named = rest.filter((column) => this.#names[column] !== "");
    if (named.length > 0) return named;
    return this.#refuse(
      `no value column beside ${this.#list()}`,
      `the header must read like ${HEADER_EXAMPLES}`,
    );
  }

  #uselessness(column: number): string | undefined {
    const { kind, distinct, isRowNumber, isTruth } = this.#facts[column]!;
    const name = this.#lower[column]!;
    if (kind === "empty") return name === "" ? "it is empty" : undefined;
    const isIndex = name === "" || name === "index" || /^unnamed: \d+(?:\.\d+)*$/.test(name);
    if (isIndex && isRowNumber && this.#rowCount > 1) return "it holds row numbers";
    if (kind === "time") return "it holds other times";
    if (isTruth) return "it holds true and false, no numbers";
    if (kind === "text" && REMARK_NAMES.includes(name)) return "it holds remarks";
    const isFree = distinct > Math.max(DISTINCT_FREE, DISTINCT_SHARE * this.#rowCount);
    return kind === "text" && isFree ? "it differs in nearly every row" : undefined;
  }

  #firstOf(candidates: readonly string[]): number {
    for (const name of candidates) {
      const found = this.#lower.indexOf(name);
      if (found >= 0) return found;
    }
    return -1;
  }

  #named(name: string, flag: string): number {
    const exact = this.#names.indexOf(name.trim());
    const found = exact >= 0 ? exact : this.#lower.indexOf(name.trim().toLowerCase());
    if (found >= 0) return found;
    // By its place, for columns without a name.
    const place = /^\d{1,6}$/.test(name.trim()) ? Number(name) : 0;
    if (place >= 1 && place <= this.#names.length) return place - 1;
    return this.#refuse(`no column "${name}" (${flag})`, `the columns are ${this.#list()}`);
  }

  #list(): string {
    const first = this.#names.slice(0, 12).map((name) => `"${shown(name)}"`);
    return first.join(", ") + (this.#names.length > 12 ? ", ..." : "");
  }
}

/** A column without any value yet is one whose values are missing. */
function isValueKind(kind: ColumnFacts["kind"]): boolean {
  return kind === "number" || kind === "empty";
}

function checkNames(names: readonly string[], facts: readonly ColumnFacts[], refuse: Refuse): void {
  const isRow = names.some((name, i) => facts[i]!.kind === "time" && isDate(name));
  if (isRow || names.every((name) => name === "" || /^[-\d]/.test(name))) {
    refuse(
      "no header line",
      `begin the file with a line such as ${HEADER_EXAMPLES}; what stands before it goes with --skip`,
    );
  }
  const seen = new Set<string>();
  names.forEach((name, i) => {
    const { kind, isRowNumber } = facts[i]!;
    if (name === "") {
      const isClear = kind === "empty" || isRowNumber || (kind === "time" && i === 0);
      if (!isClear) refuse(`column ${i + 1} has no name`, "give every column a name");
      return;
    }
    if (seen.has(name)) {
      refuse(`two columns are called "${shown(name)}"`, "give every column its own name");
    }
    seen.add(name);
  });
}

function formatOf(
  { format }: CsvOptions,
  roles: Roles,
  metricNames: readonly string[],
  refuse: Refuse,
): CsvFormat {
  if (roles.metric >= 0 && metricNames.length > 1) {
    refuse(
      `a metric column and ${metricNames.length} value columns (${metricNames.slice(0, 5).map(shown).join(", ")})`,
      "name the value column with --value, or the series columns with --by",
    );
  }
  const keyed = ROLES.some((role) => roles[role] >= 0);
  const single = metricNames.length === 1;
  if (format === "narrow" && !single) {
    refuse(
      `${metricNames.length} value columns in a narrow file`,
      "name one with --value, or read it with --format wide",
    );
  }
  if (format === "wide" && roles.metric >= 0) {
    refuse("a wide file has no metric column", "read it with --format long");
  }
  return format ?? (keyed && single ? "long" : single ? "narrow" : "wide");
}

function roleOf(name: string): string {
  const lower = name.trim().toLowerCase();
  return ROLES.find((role) => ROLE_NAMES[role].includes(lower)) ?? "node";
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
