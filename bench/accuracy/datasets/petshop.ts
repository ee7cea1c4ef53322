import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { IncidentCase } from "./incident-case.ts";
import { numbersAt, readRows } from "./packed-csv.ts";

interface Target {
  readonly target: { readonly timestamp: number };
  readonly root_cause: { readonly node: string };
}

/** Rows by instant, columns by component, metric and statistic. */
interface Recording {
  readonly seconds: Float64Array;
  readonly columns: readonly { readonly nodeId: string; readonly metricName: string }[];
  readonly values: readonly Float64Array[];
}

/** Injected performance issues in a shop on AWS. Scenarios without normal data have an empty `normal`. */
export function readPetshop(folder: string): IncidentCase[] {
  const scenarios = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return scenarios.flatMap((scenario) => {
    const inside = (...parts: string[]) => join(folder, scenario, ...parts);
    const quiet = inside("noissue", "metrics.csv.gz");
    const normal = existsSync(quiet) ? readRecording(quiet) : undefined;
    const edges = readGraph(inside("graph.csv"));
    return ["train", "test"].flatMap((part) =>
      issuesOf(inside(part)).map((issue) => {
        const abnormal = readRecording(inside(part, issue, "metrics.csv.gz"));
        const target: Target = JSON.parse(readFileSync(inside(part, issue, "target.json"), "utf8"));
        const start = normal?.seconds.length ?? 0;
        const joined = normal === undefined ? abnormal : oneAfterOther(normal, abnormal);
        return {
          dataset: "petshop",
          group: scenario,
          name: `${scenario}/${part}/${issue}`,
          timestampsMs: joined.seconds.map((at) => at * 1000),
          columns: joined.columns,
          values: joined.values,
          normal: [0, start] as const,
          abnormal: [start, joined.seconds.length] as const,
          rootNode: target.root_cause.node,
          rootMetrics: [],
          fault: "unknown",
          edges,
          normalRows: undefined,
        };
      }),
    );
  });
}

/** One service is listed under several component names (name, name_client, name_AWS::...). */
export function sameNode(a: string, b: string): boolean {
  const service = (name: string) => name.split("_AWS::")[0]!.split("_client")[0]!;
  return service(a) === service(b);
}

function issuesOf(folder: string): string[] {
  const number = (issue: string) => Number(issue.split("_")[1]);
  return readdirSync(folder).sort((a, b) => number(a) - number(b));
}

function readRecording(path: string): Recording {
  // Three lines of header, and a fourth that names the index.
  const [services = [], metrics = [], statistics = [], , ...rows] = readRows(path);
  return {
    seconds: numbersAt(rows, 0).map(Math.trunc),
    columns: services.slice(1).map((nodeId, k) => ({
      nodeId,
      metricName: `${metrics[k + 1]}_${statistics[k + 1]}`,
    })),
    values: services.slice(1).map((_, k) => numbersAt(rows, k + 1)),
  };
}

/** Columns of both; NaN where a recording lacks one. */
function oneAfterOther(before: Recording, after: Recording): Recording {
  const key = ({ nodeId, metricName }: Recording["columns"][number]) => `${nodeId}\n${metricName}`;
  const known = new Set(before.columns.map(key));
  const columns = [...before.columns, ...after.columns.filter((one) => !known.has(key(one)))];
  const columnsOf = ({ columns: own, values }: Recording) =>
    new Map(own.map((column, k) => [key(column), values[k]!]));
  const [left, right] = [columnsOf(before), columnsOf(after)];
  const [count, more] = [before.seconds.length, after.seconds.length];
  return {
    seconds: Float64Array.from([...before.seconds, ...after.seconds]),
    columns,
    values: columns.map((column) => {
      const joined = new Float64Array(count + more).fill(Number.NaN);
      joined.set(left.get(key(column)) ?? [], 0);
      joined.set(right.get(key(column)) ?? [], count);
      return joined;
    }),
  };
}

/** A matrix of callers (rows) and callees (columns). */
function readGraph(path: string): IncidentCase["edges"] {
  const [head = [], ...rows]: string[][] = parse(readFileSync(path, "utf8"));
  return rows.flatMap(([caller = "", ...calls]) =>
    calls.flatMap((call, k) => (Number(call) > 0 ? [[caller, head[k + 1]!] as const] : [])),
  );
}
