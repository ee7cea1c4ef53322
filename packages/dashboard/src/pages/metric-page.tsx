import type { AnomalyRow, SeriesRow } from "@foreshock/client";
import {
  useExplanation,
  useMetricAlarms,
  useMetricAnomalies,
  useMetricSeries,
} from "../data/queries.ts";
import { counted, measured } from "../format/number.ts";
import { lasting, moment, msOf } from "../format/time.ts";
import { confidenceWord } from "../format/word.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Breadcrumbs } from "../parts/breadcrumbs.tsx";
import { useNow } from "../parts/use-now.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import type { Place } from "../state/place.ts";
import { followsNow } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { AlarmTable } from "./alarm-table.tsx";
import { AnomalyTable } from "./anomaly-table.tsx";
import { MetricPanel } from "./metric-panel.tsx";
import { toldOf } from "./node-order.ts";
import { WhyPanel } from "./why-panel.tsx";

type MetricPlace = Extract<Place, { page: "metric" }>;

/** Why is this an anomaly? */
export function MetricPage({ place }: { readonly place: MetricPlace }) {
  const series = useMetricSeries(place);
  return (
    <main class="page" id="main">
      <Breadcrumbs place={place} />
      <Await asked={series} height={560}>
        {(row) => {
          if (row === null) {
            return (
              <Empty kind="nodata" title={`No metric "${place.metric}" on ${place.node}.`}>
                <p class="soft">The breadcrumbs lead to the node's other metrics.</p>
              </Empty>
            );
          }
          return <Metric place={place} series={row} />;
        }}
      </Await>
    </main>
  );
}

const NONE: readonly AnomalyRow[] = [];

function Metric(props: { readonly place: MetricPlace; readonly series: SeriesRow }) {
  const { place, series } = props;
  const { metric } = place;
  const { view, change } = useView();
  const anomalies = useMetricAnomalies(place);
  const alarms = useMetricAlarms(place);
  const rows = anomalies.data?.reply ?? NONE;
  const row = rows.find(({ id }) => id === view.anomaly) ?? toldOf(rows);
  const answer = useExplanation(row?.id).data;
  const asked = answer?.id === row?.id ? answer?.explanation : undefined;
  const told = row === undefined || asked === undefined ? row : { ...row, explanation: asked };
  return (
    <>
      <div class="page-head">
        <h1>{metric}</h1>
        <SeriesState series={series} told={told} />
      </div>
      <Story series={series} told={told} waiting={anomalies.data === undefined} />
      <MetricPanel series={series} anomalies={rows} />
      {told === undefined ? null : <WhyPanel anomaly={told} unit={series.unit} asked={asked} />}
      <Await asked={alarms} height={60}>
        {({ reply }) => <AlarmTable alarms={reply} />}
      </Await>
      <Await asked={anomalies} height={120}>
        {({ reply }) => (
          <AnomalyTable
            anomalies={reply}
            unit={series.unit}
            told={told?.id}
            onTell={(anomaly) => change({ anomaly })}
          />
        )}
      </Await>
    </>
  );
}

function SeriesState(props: { readonly series: SeriesRow; readonly told: AnomalyRow | undefined }) {
  const { series, told } = props;
  const isNow = followsNow(useView().view);
  const nowMs = useNow();
  const lastMs = msOf(series.lastAt);
  const firstMs = msOf(series.firstAt);
  return (
    <>
      {told !== undefined && (series.state === "live" || !isNow) ? (
        <SeverityMark severity={told.severity} score={told.score} />
      ) : null}
      {told === undefined && series.state === "live" && isNow ? (
        <SeverityMark severity={series.severity} score={series.score} />
      ) : null}
      {series.state !== "live" && isNow ? <span class="badge">{series.state}</span> : null}
      <p class="soft facts">
        {lastMs === null ? null : (
          <span>
            newest point {measured(series.lastValue, series.unit)} at {moment(lastMs, nowMs)},{" "}
            {lasting(nowMs - lastMs)} ago
          </span>
        )}
        {firstMs === null ? null : <span>{lasting(nowMs - firstMs)} of history</span>}
        <span>confidence {confidenceWord(series.confidence)}</span>
      </p>
    </>
  );
}

function Story(props: {
  readonly series: SeriesRow;
  readonly told: AnomalyRow | undefined;
  readonly waiting: boolean;
}) {
  const { series, told, waiting } = props;
  if (waiting) return <p class="story soft">Looking for anomalies in this range.</p>;
  if (told !== undefined) return <p class="story">{told.explanation.text}</p>;
  if (series.state === "learning") {
    return (
      <p class="story soft">
        Learning: {counted(series.points, "point")} so far. It counts as settled after three days.
      </p>
    );
  }
  return <p class="story soft">Nothing anomalous in this range.</p>;
}
