import { HOUR_MS, largestOf } from "@foreshock/core/fold";
import { expect } from "vitest";
import { historyOf, pictureOf } from "./picture.ts";
import { PAGE_LAWS } from "./tenant-view-page-laws.ts";
import {
  FAULT,
  FAULTY_NODE,
  FLEET,
  type Law,
  OTHER_FLEET,
  POINTS,
  RANGE,
  STEP_MS,
  send,
} from "./tenant-view-stage.ts";
import { WRITE_LAWS } from "./tenant-view-write-laws.ts";

const EVERYTHING = { range: RANGE, minScore: 0, sort: "time" } as const;
const PAGE = { limit: 1000 };

const OWN_ONLY: Law = {
  sentence: "shows a tenant what it sent, and nothing of another tenant",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const empty = await pictureOf(stage.view("globex"), RANGE);
    expect(JSON.stringify(empty)).not.toContain("canary");
    expect(empty.series).toEqual([]);
    await send(stage, "globex", OTHER_FLEET);
    const own = await pictureOf(stage.view("globex"), RANGE);
    expect(own.nodes.map(({ node }) => node)).toEqual(OTHER_FLEET.nodes);
    expect(own.series.length).toBe(2 * OTHER_FLEET.nodes.length);
    expect(JSON.stringify(own)).not.toContain("canary");
    const acme = JSON.stringify(await pictureOf(stage.view("acme"), RANGE));
    expect(acme).toContain("canary");
    expect(acme).not.toContain("other-");
  },
};

const UNKNOWN_IDS: Law = {
  sentence: "knows no id that it did not give to this tenant",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const [acme, globex] = [stage.view("acme"), stage.view("globex")];
    const [series] = (await acme.series({}, PAGE)).data;
    const [anomaly] = (await acme.anomalies(EVERYTHING, PAGE)).data;
    const [finding] = (await acme.findings(RANGE, PAGE)).data;
    for (const id of [
      series!.id,
      anomaly!.id,
      finding!.id,
      "",
      "never-was",
      "never.was",
      "srs_x",
    ]) {
      expect(await globex.seriesById(id), id).toBeUndefined();
      expect(await globex.points(id, RANGE, 100), id).toBeUndefined();
      expect(await globex.anomaly(id), id).toBeUndefined();
      expect(await globex.finding(id), id).toBeUndefined();
    }
    expect(await acme.seriesById(series!.id)).toEqual(series);
    const { explanation: _, ...row } = anomaly!;
    expect(await acme.anomaly(anomaly!.id)).toMatchObject(row);
    expect(await acme.finding(finding!.id)).toEqual(finding);
  },
};

const EMPTY: Law = {
  sentence: "answers every question of a tenant without data",
  async holds(stage) {
    const view = stage.view("globex");
    const nothing = { data: [], nextCursor: undefined };
    expect(await view.summary()).toMatchObject({
      ...{ tenant: "globex", clusters: 0, nodes: 0, series: 0, points: 0, watermark: 0 },
      ...{ score: 0, severity: "none", openFindings: 0, findings30d: 0 },
    });
    expect([await view.clusters(), await view.nodes({}), await view.metrics({})]).toEqual([
      [],
      [],
      [],
    ]);
    expect(await view.standing()).toMatchObject({ nodes: 0, anomalousNodes: 0, worst: null });
    expect(await view.series({}, PAGE)).toEqual(nothing);
    expect(await view.anomalies(EVERYTHING, PAGE)).toEqual(nothing);
    expect(await view.alarms(EVERYTHING, PAGE)).toEqual(nothing);
    expect(await view.findings(RANGE, PAGE)).toEqual(nothing);
    for (const level of ["node", "cluster", "metric", "tenant"] as const) {
      const ranked = await view.rankings({ level, range: RANGE, limit: 10, filter: {} });
      if (level !== "tenant")
        expect(ranked, level).toMatchObject({ level, anomalous: 0, data: [] });
    }
    const scores = await view.scores({ level: "node", range: RANGE, stepMs: HOUR_MS, filter: {} });
    expect(scores).toMatchObject({ entities: { cluster: [], node: [] }, score: [] });
    expect(await view.health()).toMatchObject({ series: 0, acceptedPoints: 0, backlogPoints: 0 });
    expect((await view.calibration(RANGE)).levels).toEqual([]);
  },
};

const COLUMNS: Law = {
  sentence:
    "gives columns of equal length with ascending times inside the range, at most as many as asked for",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const view = stage.view("acme");
    const [series] = (await view.series({ nodeId: FAULTY_NODE }, PAGE)).data;
    const range = { startMs: RANGE.startMs + 10 * STEP_MS, endMs: RANGE.endMs - 10 * STEP_MS };
    const whole = (await view.points(series!.id, range, 10_000))!.columns;
    expect(whole.at).toEqual(
      Array.from({ length: POINTS - 20 }, (_, i) => range.startMs + i * STEP_MS),
    );
    const few = (await view.points(series!.id, range, 50))!.columns;
    expect(few.at.length).toBeLessThanOrEqual(50);
    expect(few.at.length).toBeGreaterThan(10);
    for (const columns of [whole, few]) {
      for (const column of Object.values(columns)) expect(column.length).toBe(columns.at.length);
      for (let i = 1; i < columns.at.length; i++)
        expect(columns.at[i]! > columns.at[i - 1]!).toBe(true);
    }
    for (const name of ["max", "score"] as const) {
      const most = (column: readonly (number | null)[]) =>
        largestOf(column.map((value) => value ?? 0));
      expect(most(few[name]), name).toBe(most(whole[name]));
    }
    const { times, entities, score } = await view.scores({
      ...{ level: "node", range: RANGE, stepMs: HOUR_MS, filter: {} },
    });
    expect(score.length).toBe(entities.node.length * times.length);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(entities.node).toEqual(FLEET.nodes);
  },
};

const FAULT_FOUND: Law = {
  sentence: "puts the faulty node first, and divides what happened into shares that sum to 1",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const view = stage.view("acme");
    const range = {
      startMs: RANGE.startMs + (FAULT.from - 10) * STEP_MS,
      endMs: RANGE.startMs + (FAULT.to + 10) * STEP_MS,
    };
    const nodes = await view.rankings({ level: "node", range, limit: 10, filter: {} });
    expect(nodes.data[0]).toMatchObject({ rank: 1, node: FAULTY_NODE });
    const metrics = await view.rankings({ level: "metric", range, limit: 100, filter: {} });
    const own = metrics.data.filter(({ node }) => node === FAULTY_NODE);
    expect(own.length).toBe(2);
    expect(sumOf(own.map(({ share }) => share!))).toBeCloseTo(1, 6);
    const findings = (await view.findings(range, PAGE)).data;
    expect(findings.length).toBeGreaterThan(0);
    for (const { contributions } of findings) {
      expect(sumOf(contributions.map(({ share }) => share))).toBeCloseTo(1, 6);
      const onsets = contributions.map(({ onset }) => onset);
      expect(onsets).toEqual([...onsets].sort((a, b) => a - b));
    }
    const filter = { ...EVERYTHING, range, nodeId: FAULTY_NODE, minScore: 0.5 };
    const anomalies = (await view.anomalies(filter, PAGE)).data;
    expect(new Set(anomalies.map(({ metric }) => metric))).toEqual(new Set(FLEET.metrics));
  },
};

const FILTERS: Law = {
  sentence: "lets a filter through what it names and nothing else",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const view = stage.view("acme");
    const place = { nodeId: FAULTY_NODE, metricName: FLEET.metrics![0] };
    expect((await view.nodes({ nodeId: FAULTY_NODE })).map(({ node }) => node)).toEqual([
      FAULTY_NODE,
    ]);
    expect((await view.series(place, PAGE)).data).toMatchObject([
      { node: FAULTY_NODE, metric: place.metricName },
    ]);
    expect(await view.nodes({ clusterId: "elsewhere" })).toEqual([]);
    const lists = [
      (await view.anomalies({ ...EVERYTHING, ...place }, PAGE)).data,
      (await view.alarms({ ...EVERYTHING, ...place }, PAGE)).data,
    ];
    for (const rows of lists) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows)
        expect(row).toMatchObject({ node: FAULTY_NODE, metric: place.metricName });
    }
    const late = { startMs: RANGE.startMs + (FAULT.from - 10) * STEP_MS, endMs: RANGE.endMs };
    const rows = (await view.anomalies({ ...EVERYTHING, range: late }, PAGE)).data;
    expect(rows.length).toBeGreaterThan(0);
    for (const { windowEnd } of rows) expect(windowEnd).toBeGreaterThan(late.startMs);
  },
};

const STILL: Law = {
  sentence: "answers the same question the same way while nothing is sent",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const first = await historyOf(stage.view("acme"), RANGE);
    expect(first.anomalies.length).toBeGreaterThan(0);
    expect(await historyOf(stage.view("acme"), RANGE)).toEqual(first);
  },
};

/** The sentences at `TenantView`, each as a test that any platform can run. */
/** A higher spike on the same metric, over five hours before the finding opens. */
const EARLIER = { node: FAULTY_NODE, metric: "canary-mem", from: FAULT.from - 64, lift: 90 };

const OWN_TIME: Law = {
  sentence: "tells of a finding what overlaps it, from the instant that its sentence names",
  async holds(stage) {
    const spike = { ...EARLIER, to: EARLIER.from + 1 };
    const strong = { node: FAULTY_NODE, metric: "canary-cpu", ...FAULT };
    const weak = { node: FAULTY_NODE, metric: "canary-mem", ...FAULT, lift: 14 };
    const fleet = { ...FLEET, plants: [spike, strong, weak] };
    await send(stage, "acme", fleet, [0, FAULT.from + 24]);
    const faultMs = RANGE.startMs + FAULT.from * STEP_MS;
    const found = (await stage.view("acme").findings(RANGE, PAGE)).data;
    const own = found.filter(({ openedAt }) => openedAt >= faultMs);
    expect(own.length).toBeGreaterThan(0);
    const before = { startMs: faultMs - 66 * STEP_MS, endMs: faultMs - 60 * STEP_MS };
    const filter = { ...EVERYTHING, range: before, nodeId: FAULTY_NODE, minScore: 0.5 };
    const spikes = (await stage.view("acme").anomalies(filter, PAGE)).data;
    const spikeScore = largestOf(spikes.map(({ score }) => score));
    expect(spikeScore).toBeGreaterThan(0.9);
    for (const { onset, text, contributions } of own) {
      expect(contributions.map(({ score }) => score)).not.toContain(spikeScore);
      expect(text).toMatch(
        new RegExp(` (at|since) ${new Date(onset).toISOString().slice(11, 16)}`),
      );
    }
  },
};

const STANDING: Law = {
  sentence: "says of how a tenant stands what its findings, its nodes and its summary say",
  async holds(stage) {
    await send(stage, "acme", FLEET, [0, FAULT.from + 24]);
    const view = stage.view("acme");
    const summary = await view.summary();
    const open = (await view.findings(RANGE, PAGE)).data.filter(
      ({ closedAt }) => closedAt === null,
    );
    const anomalous = (await view.nodes({})).filter(({ score }) => score >= 0.5);
    const standing = await view.standing();
    const { tenant, score, severity, openFindings, clusters, nodes, series, watermark } = summary;
    expect(standing).toMatchObject({ tenant, score, severity, openFindings });
    expect(standing).toMatchObject({ clusters, nodes, series, watermark });
    expect(standing.anomalousNodes).toBeGreaterThanOrEqual(anomalous.length);
    const [first] = open.sort((a, b) => b.score - a.score || a.openedAt - b.openedAt);
    const { cluster, node, onset: since, id: findingId, text: why } = first!;
    const { worst } = standing;
    expect(worst).toMatchObject({ cluster, node, score: first!.score, since, findingId, why });
    expect((await stage.view("globex").standing()).worst).toBeNull();
  },
};

export const TENANT_VIEW_LAWS: readonly Law[] = [
  ...[OWN_ONLY, UNKNOWN_IDS, EMPTY, COLUMNS, FAULT_FOUND, FILTERS, STILL, STANDING, OWN_TIME],
  ...PAGE_LAWS,
  ...WRITE_LAWS,
];

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
