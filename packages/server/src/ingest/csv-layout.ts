import { METRIC_BYTES_MAX, nameFault } from "../platform/place-name.ts";
import { CsvError, shown } from "./csv-error.ts";
import type { TimeUnit } from "./csv-time.ts";

/**
 * narrow: `timestamp,value`. wide: `timestamp,m1,m2,...`. long: one row per point, with columns
 * among `cluster,node,metric,timestamp,value`. A wide file may carry `cluster` and `node` columns.
 */
export const CSV_FORMATS = ["narrow", "wide", "long"] as const;
export type CsvFormat = (typeof CSV_FORMATS)[number];

export interface CsvOptions {
  /** Name of the time column; by default the first of `TIME_NAMES` in the header. */
  readonly time?: string | undefined;
  /** Unit of numbers in the time column; by default told by their size. */
  readonly timeUnit?: TimeUnit | undefined;
  /** Names of the value columns; by default all that is left. */
  readonly values?: readonly string[] | undefined;
  /** Columns that tell series apart: `cluster=COL`, `node=COL`, `metric=COL`, or their own names. */
  readonly by?: readonly string[] | undefined;
  readonly format?: CsvFormat | undefined;
  /** Names where no column gives them. */
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
}

/** Which column means what; -1 = not there. */
export interface CsvLayout {
  readonly format: CsvFormat;
  readonly columnCount: number;
  readonly time: number;
  readonly cluster: number;
  readonly node: number;
  readonly metric: number;
  /** The value columns and the metric each of them holds (not used where `metric` is a column). */
  readonly values: readonly number[];
  readonly metricNames: readonly string[];
  /** Why a column cannot name a metric, by its index in `values`; undefined where it can. */
  readonly metricFaults: readonly (string | undefined)[];
}

const TIME_NAMES = ["timestamp", "time", "datetime", "date", "ts", "@timestamp", "_time"];
const VALUE_NAMES = ["value", "_value"];
const ROLES = ["cluster", "node", "metric"] as const;
type Role = (typeof ROLES)[number];
const ROLE_NAMES: Record<Role, readonly string[]> = {
  cluster: ["cluster", "cluster_id", "clusterid"],
  node: ["node", "node_id", "nodeid", "host", "hostname", "instance"],
  metric: ["metric", "metric_name", "metricname", "__name__"],
};
const HEADER_EXAMPLES = "`timestamp,value` or `cluster,node,metric,timestamp,value`";

/** Reads a header. @throws CsvError that names the columns there are. */
export function csvLayout(
  header: readonly string[],
  options: CsvOptions,
  file: string,
  line: number,
): CsvLayout {
  const names = header.map((name) => name.trim());
  const refuse = (problem: string, remedy: string): never => {
    throw new CsvError(file, line, problem, remedy);
  };
  checkNames(names, refuse);
  const columns = new Columns(names, refuse);
  const roles = columns.roles(options.by);
  const time = columns.time(options.time);
  const taken = new Set([time, roles.cluster, roles.node, roles.metric]);
  const values = columns.values(options, roles, taken);
  const metricNames = values.map((index) => names[index]!);
  const format = formatOf(options, roles, metricNames, refuse);
  const metricFaults = metricNames.map((name) => nameFault(name, METRIC_BYTES_MAX));
  return { format, columnCount: names.length, time, ...roles, values, metricNames, metricFaults };
}

type Refuse = (problem: string, remedy: string) => never;
type Roles = Record<Role, number>;

class Columns {
  readonly #names: readonly string[];
  readonly #lower: readonly string[];
  readonly #refuse: Refuse;

  constructor(names: readonly string[], refuse: Refuse) {
    this.#names = names;
    this.#lower = names.map((name) => name.toLowerCase());
    this.#refuse = refuse;
  }

  time(given: string | undefined): number {
    if (given !== undefined) return this.#named(given, "--time");
    const found = this.#firstOf(TIME_NAMES);
    if (found >= 0) return found;
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

  values(options: CsvOptions, roles: Roles, taken: ReadonlySet<number>): readonly number[] {
    if (options.values !== undefined && options.values.length > 0) {
      return options.values.map((name) => this.#named(name, "--value"));
    }
    const value = this.#firstOf(VALUE_NAMES);
    if ((roles.metric >= 0 || options.format === "long") && value >= 0) return [value];
    const rest = this.#names.map((_, i) => i).filter((i) => !taken.has(i));
    if (rest.length > 0) return rest;
    return this.#refuse(
      `no value column beside ${this.#list()}`,
      `the header must read like ${HEADER_EXAMPLES}`,
    );
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
    return this.#refuse(`no column "${name}" (${flag})`, `the columns are ${this.#list()}`);
  }

  #list(): string {
    const first = this.#names.slice(0, 12).map((name) => `"${shown(name)}"`);
    return first.join(", ") + (this.#names.length > 12 ? ", ..." : "");
  }
}

function checkNames(names: readonly string[], refuse: Refuse): void {
  if (names.every((name) => name === "" || /^[-\d]/.test(name))) {
    refuse("no header line", `begin the file with a line such as ${HEADER_EXAMPLES}`);
  }
  const seen = new Set<string>();
  names.forEach((name, i) => {
    if (name === "") refuse(`column ${i + 1} has no name`, "give every column a name");
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
