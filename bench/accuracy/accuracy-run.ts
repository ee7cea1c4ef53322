import { appendAll, MINUTE_MS, Refusal, type StreamingEngine } from "@foreshock/core/fold";
import {
  INCIDENT_SETS,
  type IncidentSet,
  NODE_SETS,
  readIncidentSet,
  readSeriesSet,
  type SeriesSet,
  UNIVARIATE_SETS,
} from "./datasets/datasets.ts";
import type { EngineChoice, EngineKind, MeasuredEngine } from "./engines.ts";
import { type Floor, floorOfNode } from "./floors/floors.ts";
import { floorRanks } from "./floors/root-floor.ts";
import { engineScores } from "./protocol/engine-scores.ts";
import { type GeneratedFigures, judgeGenerated } from "./protocol/generated.ts";
import { type HealthyQuality, judgeHealthy } from "./protocol/healthy-windows.ts";
import { judgeNodes, type NodeSetQuality } from "./protocol/judge-nodes.ts";
import { judgeOpenings, type OpeningQuality, PROMISES_DAYS } from "./protocol/judge-openings.ts";
import {
  judgeRoots,
  type RootQuality,
  type RootRules,
  scoredCases,
} from "./protocol/judge-roots.ts";
import {
  judgeSet,
  LEVELS,
  type NabScores,
  nabScores,
  type SetQuality,
} from "./protocol/judge-set.ts";
import { type LabelledRegion, labelledRegion } from "./protocol/labelled-region.ts";

export interface AccuracyPlan {
  readonly dataDir: string;
  /** Names of sets; undefined = all. */
  readonly only: readonly string[] | undefined;
  readonly engines: EngineChoice;
  readonly floors: readonly Floor[];
  /** Hears what is done next. */
  readonly say: (step: string) => void;
}

/** A detector on a set, ours or a floor. */
export interface SetRow {
  readonly detector: string;
  readonly kind: EngineKind | "floor";
  /** Its alarm levels: the three of a score, or a floor's own. */
  readonly levels: readonly number[];
  readonly quality: SetQuality;
  /** Of every point's score; for nab only. */
  readonly nab: { readonly best: NabScores; readonly fixed: NabScores } | undefined;
}

export interface NodeRow {
  readonly detector: string;
  readonly kind: EngineKind | "floor";
  readonly vusPr: number;
  /** Undefined for a floor. */
  readonly quality: NodeSetQuality | undefined;
}

export interface RootRow {
  readonly ranking: string;
  readonly rules: RootRules;
  readonly byGroup: ReadonlyMap<string, RootQuality>;
}

export interface OpeningRow {
  readonly set: string;
  readonly promiseDays: number;
  readonly quality: OpeningQuality;
}

/** An engine that was not measured on a set. */
export interface LeftOut {
  readonly name: string;
  readonly set: string;
  readonly reason: string;
}

export interface AccuracyRun {
  readonly univariate: ReadonlyMap<string, readonly SetRow[]>;
  readonly nodes: ReadonlyMap<string, readonly NodeRow[]>;
  readonly roots: ReadonlyMap<string, readonly RootRow[]>;
  readonly healthy: ReadonlyMap<string, HealthyQuality>;
  readonly openings: readonly OpeningRow[];
  /** Undefined where the default engine or the part was not asked for. */
  readonly generated: GeneratedFigures | undefined;
  readonly leftOut: readonly LeftOut[];
}

/** The engine whose alarms and rankings the platform shows. */
const DEFAULT_ENGINE = "stream";
/** Alarms of NAB's own score at a fixed level: once in 5.5 days. */
const NAB_LEVEL = LEVELS[1];
/** Sets whose alarm openings are counted. */
const OPENING_SETS = new Set<string>(["nab", "ms-cloud-monitoring", "kpi-samples"]);
const LATE_MS = MINUTE_MS;

/** What needs no data: generated metrics with and without faults. */
const GENERATED = "generated";

/** Names that `--only` takes. */
export const ALL_SETS: readonly string[] = [
  ...UNIVARIATE_SETS,
  ...NODE_SETS,
  ...INCIDENT_SETS,
  GENERATED,
];

/** Every engine and floor over every chosen set. Deterministic. @throws where a set is not there. */
export function runAccuracy(plan: AccuracyPlan): AccuracyRun {
  const wanted = (name: string) => plan.only === undefined || plan.only.includes(name);
  const openings: OpeningRow[] = [];
  const leftOut: LeftOut[] = plan.engines.leftOut.map((one) => ({ ...one, set: "all sets" }));
  const univariate = new Map(
    UNIVARIATE_SETS.filter(wanted).map((name) => {
      const regions = regionsOf(plan, name);
      if (OPENING_SETS.has(name)) appendAll(openings, openingRows(plan, name, regions));
      return [name, setRows(plan, name, regions, leftOut)] as const;
    }),
  );
  const nodes = new Map(
    NODE_SETS.filter(wanted).map(
      (name) => [name, nodeRows(plan, regionsOf(plan, name), leftOut)] as const,
    ),
  );
  const incidents = INCIDENT_SETS.filter(wanted).map((name) => incidentRows(plan, name));
  return {
    univariate,
    nodes,
    roots: new Map(incidents.map(({ name, rows }) => [name, rows])),
    healthy: new Map(incidents.flatMap(({ healthy }) => [...healthy])),
    openings,
    generated: wanted(GENERATED) ? generatedFigures(plan) : undefined,
    leftOut,
  };
}

function regionsOf({ dataDir, say }: AccuracyPlan, name: SeriesSet): LabelledRegion[] {
  say(`${name}: reading`);
  return readSeriesSet(dataDir, name).map(labelledRegion);
}

/** A row an engine; one that cannot judge this set is left out with its reason. */
function measuredRows<Row>(
  { engines, say }: AccuracyPlan,
  set: string,
  leftOut: LeftOut[],
  rowOf: (engine: MeasuredEngine) => Row,
): Row[] {
  return engines.measured.flatMap((one) => {
    say(`${set}: ${one.name}`);
    try {
      return [rowOf(one)];
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "engine/unavailable") throw error;
      leftOut.push({ name: one.name, set, reason: error.message });
      return [];
    }
  });
}

function setRows(
  plan: AccuracyPlan,
  name: string,
  regions: readonly LabelledRegion[],
  leftOut: LeftOut[],
): SetRow[] {
  const records = regions.map(({ record }) => record);
  const engines = measuredRows(plan, name, leftOut, (one) => {
    const scores = engineScores(records, one.engine);
    return setRow(name, regions, { detector: one.name, kind: one.kind, levels: LEVELS, scores });
  });
  const floors = plan.floors.map((floor) => {
    plan.say(`${name}: floor ${floor.name}`);
    const scores = regions.map((region) => floor.judge(region.record.columns[0]!, region));
    const levels = floor.threshold === undefined ? [] : [floor.threshold];
    return setRow(name, regions, { detector: floor.name, kind: "floor", levels, scores });
  });
  return [...engines, ...floors];
}

function setRow(
  name: string,
  regions: readonly LabelledRegion[],
  row: Pick<SetRow, "detector" | "kind" | "levels"> & { readonly scores: Float64Array[] },
): SetRow {
  const { scores, ...rest } = row;
  const level = row.kind === "floor" ? row.levels[0] : NAB_LEVEL;
  const nab = {
    best: nabScores(regions, scores),
    fixed: nabScores(regions, scores, level ?? Number.POSITIVE_INFINITY),
  };
  return {
    ...rest,
    quality: judgeSet(regions, scores, row.levels),
    nab: name === "nab" ? nab : undefined,
  };
}

function openingRows(
  { engines, say }: AccuracyPlan,
  set: string,
  regions: readonly LabelledRegion[],
): OpeningRow[] {
  const engine = defaultEngine(engines.measured);
  if (engine === undefined) return [];
  return PROMISES_DAYS.map((promiseDays) => {
    say(`${set}: alarm openings, one in ${promiseDays} days`);
    return { set, promiseDays, quality: judgeOpenings(regions, engine, promiseDays) };
  });
}

function nodeRows(
  plan: AccuracyPlan,
  regions: readonly LabelledRegion[],
  leftOut: LeftOut[],
): NodeRow[] {
  const { floors, say } = plan;
  const set = regions[0]!.record.dataset;
  const ours = measuredRows(plan, set, leftOut, ({ name, kind, engine }): NodeRow => {
    const quality = judgeNodes(regions, engine, [0, LATE_MS]);
    return { detector: name, kind, vusPr: quality.calibrated.vusPr, quality };
  });
  return [...ours, ...floors.map((floor) => floorNodeRow(floor, regions, say))];
}

function floorNodeRow(
  floor: Floor,
  regions: readonly LabelledRegion[],
  say: AccuracyPlan["say"],
): NodeRow {
  say(`${regions[0]!.record.dataset}: floor ${floor.name}`);
  const scores = regions.map((region) => floorOfNode(floor, region));
  const { vusPr } = judgeSet(regions, scores, []);
  return { detector: floor.name, kind: "floor", vusPr, quality: undefined };
}

function incidentRows({ dataDir, engines, say }: AccuracyPlan, name: IncidentSet) {
  say(`${name}: reading`);
  const incidents = readIncidentSet(dataDir, name);
  const engine = defaultEngine(engines.measured);
  if (engine === undefined) return { name, rows: [], healthy: new Map<string, HealthyQuality>() };
  say(`${name}: ranking`);
  const scored = scoredCases(incidents, engine);
  const graphs = incidents.some(({ edges }) => edges.length > 0)
    ? (["without-graph", "with-graph"] as const)
    : (["without-graph"] as const);
  const rows = [0, LATE_MS].flatMap((lateMs) =>
    graphs.map((graph): RootRow => {
      const rules = { lateMs, graph };
      return { ranking: "ours", rules, byGroup: judgeRoots(incidents, scored, rules) };
    }),
  );
  const floors = [0, LATE_MS].map((lateMs): RootRow => {
    const rules = { lateMs, graph: "without-graph" } as const;
    const byGroup = judgeRoots(incidents, scored, rules, floorRanks);
    return { ranking: "largest |z| (mean, std)", rules, byGroup };
  });
  say(`${name}: healthy windows`);
  return { name, rows: [...rows, ...floors], healthy: judgeHealthy(incidents, engine) };
}

function generatedFigures({ engines, say }: AccuracyPlan): GeneratedFigures | undefined {
  const engine = defaultEngine(engines.measured);
  return engine === undefined ? undefined : judgeGenerated(engine, say);
}

function defaultEngine(measured: readonly MeasuredEngine[]): StreamingEngine | undefined {
  const engine = measured.find(({ name }) => name === DEFAULT_ENGINE)?.engine;
  return engine !== undefined && "open" in engine ? (engine as StreamingEngine) : undefined;
}
