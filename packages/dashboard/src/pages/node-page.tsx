import type { AnomalyRow, FindingRow, NodeRow, SeriesRow } from "@foreshock/client";
import { useMemo } from "react";
import { type LaneRow, laneRows } from "../chart/lane-rows.ts";
import { Lanes } from "../chart/lanes.tsx";
import { useNode, useNodeAnomalies, useNodeLane, useNodeSeries } from "../data/queries.ts";
import { counted, scored } from "../format/number.ts";
import { lasting, moment, msOf } from "../format/time.ts";
import { confidenceWord } from "../format/word.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Breadcrumbs } from "../parts/breadcrumbs.tsx";
import { useNow } from "../parts/use-now.ts";
import { CELL_WORDS, cellStateOf, severityOf } from "../severity/severity.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import type { Place } from "../state/place.ts";
import { followsNow } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { FindingCard } from "./finding-card.tsx";
import { findingTime } from "./finding-place.ts";
import { MetricCard } from "./metric-card.tsx";
import { NodeEvidence } from "./node-evidence.tsx";
import { inOnsetOrder, type MetricStory } from "./node-order.ts";
import { useFindingsHere } from "./use-findings-here.ts";

type NodePlace = Extract<Place, { page: "node" }>;

/** Which metrics on this node, and which first? All of it in the shown range, whenever that is. */
export function NodePage({ place }: { readonly place: NodePlace }) {
  const series = useNodeSeries(place);
  const story = useFindingsHere(place);
  return (
    <main class="page" id="main">
      <Breadcrumbs place={place} />
      <NodeHead place={place} story={story} />
      {story.length === 0 ? null : (
        <ol class="findings" aria-label="Findings of this node in this range">
          {story.map((finding, i) => (
            <FindingCard key={finding.id} finding={finding} rank={i + 1} />
          ))}
        </ol>
      )}
      <NodeLane place={place} />
      <NodeEvidence place={place} />
      <Await asked={series} height={420}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty kind="nodata" title={`No node "${place.node}" in ${place.cluster}.`}>
              <p class="soft">It may have another name, or belong to another tenant.</p>
            </Empty>
          ) : (
            <Metrics place={place} series={rows} finding={story[0]} />
          )
        }
      </Await>
    </main>
  );
}

function NodeHead(props: { readonly place: NodePlace; readonly story: readonly FindingRow[] }) {
  const { place, story } = props;
  const { data: row } = useNode(place);
  const scores = useNodeLane(place);
  const anomalies = useNodeAnomalies(place);
  const parts = story
    .flatMap(({ contributions }) => contributions)
    .filter(({ node }) => node === place.node);
  const anomalous = new Set(
    [...(anomalies.data?.reply ?? []), ...parts].map(({ seriesId }) => seriesId),
  ).size;
  const lane = scores.data === undefined ? undefined : laneRows(scores.data.reply)[0];
  return (
    <div class="page-head">
      <h1>{place.node}</h1>
      {row ? (
        <>
          <RangeState row={row} lane={lane} />
          <p class="soft facts">
            {anomalies.data === undefined ? null : (
              <span>
                {anomalous} of {counted(row.metrics, "metric")} anomalous in this range
              </span>
            )}
            <NodeNow row={row} />
          </p>
        </>
      ) : null}
    </div>
  );
}

/** The worst of the shown range; without a score in it, that there is none. */
function RangeState(props: { readonly row: NodeRow; readonly lane: LaneRow | undefined }) {
  const { row, lane } = props;
  const { view } = useView();
  const nowMs = useNow();
  const state = cellStateOf(row);
  const isState = (state === "learning" || state === "silent") && followsNow(view);
  const worst = lane?.worst ?? null;
  return (
    <>
      {isState ? <span class="badge">{state}</span> : null}
      {worst === null || lane?.worstAtMs == null ? null : (
        <>
          <SeverityMark severity={severityOf(worst)} score={worst} />
          <span class="soft">highest in this range, at {moment(lane.worstAtMs, nowMs)}</span>
        </>
      )}
    </>
  );
}

/** How it stands now, named as such, and how old that is. */
function NodeNow({ row }: { readonly row: NodeRow }) {
  const nowMs = useNow();
  const sinceMs = msOf(row.since);
  const lastMs = msOf(row.lastAt);
  const state = cellStateOf(row);
  const since = sinceMs === null || state === "none" ? "" : ` since ${moment(sinceMs, nowMs)}`;
  const score = state === "learning" || state === "silent" ? "" : ` ${scored(row.score)}`;
  return (
    <>
      <span>
        now {CELL_WORDS[state]}
        {score}
        {since}
      </span>
      <span>confidence {confidenceWord(row.confidence)}</span>
      {lastMs === null ? null : (
        <span>
          last point {moment(lastMs, nowMs)}, {lasting(nowMs - lastMs)} ago
        </span>
      )}
    </>
  );
}

function NodeLane({ place }: { readonly place: NodePlace }) {
  const scores = useNodeLane(place);
  return (
    <section class="panel" aria-labelledby="lane-title">
      <div class="panel-head">
        <h2 id="lane-title">Node score</h2>
        <span class="soft">how unusual this is for this node; drag to zoom</span>
      </div>
      <Await asked={scores} height={44}>
        {({ range, reply }) => {
          const own = laneRows(reply);
          if (own.length === 0) return <Empty kind="nodata" title="No scores in this range." />;
          return (
            <Lanes
              rows={own}
              range={range}
              label={`Score of ${place.node} over time`}
              name={() => <b>All metrics</b>}
            />
          );
        }}
      </Await>
    </section>
  );
}

function Metrics(props: {
  readonly place: NodePlace;
  readonly series: readonly SeriesRow[];
  readonly finding: FindingRow | undefined;
}) {
  const { place, series, finding } = props;
  const anomalies = useNodeAnomalies(place);
  return (
    <Await asked={anomalies} height={420}>
      {({ reply }) => (
        <MetricGroups node={place.node} series={series} anomalies={reply} finding={finding} />
      )}
    </Await>
  );
}

function MetricGroups(props: {
  readonly node: string;
  readonly series: readonly SeriesRow[];
  readonly anomalies: readonly AnomalyRow[];
  readonly finding: FindingRow | undefined;
}) {
  const { node, series, anomalies, finding } = props;
  const nowMs = useNow();
  const stories = useMemo(() => {
    const about =
      finding === undefined
        ? undefined
        : {
            time: findingTime(finding, nowMs, node),
            parts: finding.contributions.filter((part) => part.node === node),
          };
    return inOnsetOrder(series, anomalies, nowMs, about);
  }, [series, anomalies, nowMs, finding, node]);
  const loud = stories.filter(({ isOfThis }) => isOfThis);
  const other = stories.filter(({ told, isOfThis }) => told !== undefined && !isOfThis);
  const quiet = stories.filter(({ told, isOfThis }) => told === undefined && !isOfThis);
  const what =
    finding === undefined ? "anomalous at the same time as the worst" : "of the finding above";
  return (
    <>
      <section class="block" aria-labelledby="loud-title">
        <div class="block-head">
          <h2 id="loud-title">In order of onset</h2>
          <span class="soft">
            {counted(loud.length, "metric")} {loud.length === 0 ? "anomalous" : what}
          </span>
        </div>
        {loud.length === 0 ? (
          <Empty
            kind="good"
            title={`Nothing anomalous in this range. ${counted(series.length, "metric")} checked.`}
          />
        ) : (
          <ol class="metric-grid">
            {loud.map((story, i) => (
              <MetricCard key={story.series.id} story={story} order={i + 1} />
            ))}
          </ol>
        )}
      </section>
      <Unnumbered title="At another time in this range" stories={other} />
      <Unnumbered title="Quiet" stories={quiet} />
    </>
  );
}

function Unnumbered(props: { readonly title: string; readonly stories: readonly MetricStory[] }) {
  const { title, stories } = props;
  if (stories.length === 0) return null;
  return (
    <section class="block" aria-label={title}>
      <div class="block-head">
        <h2>{title}</h2>
      </div>
      <ol class="metric-grid">
        {stories.map((story) => (
          <MetricCard key={story.series.id} story={story} order={null} />
        ))}
      </ol>
    </section>
  );
}
