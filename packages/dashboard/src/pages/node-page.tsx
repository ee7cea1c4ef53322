import type { NodeRow, SeriesRow } from "@foreshock/client";
import { useMemo } from "react";
import { laneRows } from "../chart/lane-rows.ts";
import { Lanes } from "../chart/lanes.tsx";
import { useNode, useNodeAnomalies, useNodeLane, useNodeSeries } from "../data/queries.ts";
import { counted } from "../format/number.ts";
import { lasting, moment, msOf } from "../format/time.ts";
import { confidenceWord } from "../format/word.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Breadcrumbs } from "../parts/breadcrumbs.tsx";
import { useNow } from "../parts/use-now.ts";
import { cellStateOf } from "../severity/severity.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import type { Place } from "../state/place.ts";
import { MetricCard } from "./metric-card.tsx";
import { NodeEvidence } from "./node-evidence.tsx";
import { inOnsetOrder } from "./node-order.ts";

type NodePlace = Extract<Place, { page: "node" }>;

/** Which metrics on this node, and which first? */
export function NodePage({ place }: { readonly place: NodePlace }) {
  const series = useNodeSeries(place);
  return (
    <main class="page" id="main">
      <Breadcrumbs place={place} />
      <NodeHead place={place} />
      <NodeLane place={place} />
      <NodeEvidence place={place} />
      <Await asked={series} height={420}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty kind="nodata" title={`No node "${place.node}" in ${place.cluster}.`}>
              <p class="soft">It may have another name, or belong to another tenant.</p>
            </Empty>
          ) : (
            <Metrics place={place} series={rows} />
          )
        }
      </Await>
    </main>
  );
}

function NodeHead({ place }: { readonly place: NodePlace }) {
  const { data: row } = useNode(place);
  return (
    <div class="page-head">
      <h1>{place.node}</h1>
      {row ? <NodeState row={row} /> : null}
    </div>
  );
}

function NodeState({ row }: { readonly row: NodeRow }) {
  const nowMs = useNow();
  const state = cellStateOf(row);
  const sinceMs = msOf(row.since);
  const lastMs = msOf(row.lastAt);
  return (
    <>
      {state === "learning" || state === "silent" ? (
        <span class="badge">{state}</span>
      ) : (
        <SeverityMark severity={row.severity} score={row.score} />
      )}
      <p class="soft facts">
        {sinceMs === null ? null : (
          <span>
            since {moment(sinceMs, nowMs)} ({lasting(nowMs - sinceMs)})
          </span>
        )}
        <span>
          {row.numAnomalies} of {counted(row.metrics, "metric")} anomalous
        </span>
        <span>confidence {confidenceWord(row.confidence)}</span>
        {lastMs === null ? null : <span>last point {moment(lastMs, nowMs)}</span>}
      </p>
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

function Metrics(props: { readonly place: NodePlace; readonly series: readonly SeriesRow[] }) {
  const anomalies = useNodeAnomalies(props.place);
  return (
    <Await asked={anomalies} height={420}>
      {({ reply }) => <MetricGroups series={props.series} anomalies={reply} />}
    </Await>
  );
}

function MetricGroups(props: {
  readonly series: readonly SeriesRow[];
  readonly anomalies: Parameters<typeof inOnsetOrder>[1];
}) {
  const { series, anomalies } = props;
  const stories = useMemo(() => inOnsetOrder(series, anomalies), [series, anomalies]);
  const loud = stories.filter(({ told }) => told !== undefined);
  const quiet = stories.filter(({ told }) => told === undefined);
  return (
    <>
      <section class="block" aria-labelledby="loud-title">
        <div class="block-head">
          <h2 id="loud-title">In order of onset</h2>
          <span class="soft">{counted(loud.length, "metric")} anomalous in this range</span>
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
      {quiet.length === 0 ? null : (
        <section class="block" aria-labelledby="quiet-title">
          <div class="block-head">
            <h2 id="quiet-title">Quiet</h2>
          </div>
          <ol class="metric-grid">
            {quiet.map((story) => (
              <MetricCard key={story.series.id} story={story} order={null} />
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
