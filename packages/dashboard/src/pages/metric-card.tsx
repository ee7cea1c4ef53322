import { useMemo } from "react";
import { MiniChart } from "../chart/mini-chart.tsx";
import { useSmallChart } from "../data/queries.ts";
import { beside, measured } from "../format/number.ts";
import { lasting, moment } from "../format/time.ts";
import { kindWord } from "../format/word.ts";
import { Await } from "../parts/await.tsx";
import { Go } from "../parts/go.tsx";
import { useNow } from "../parts/use-now.ts";
import { useSession } from "../session/session.tsx";
import { SeverityMark } from "../severity/severity-mark.tsx";
import { type MetricStory, shadesOfAnomalies } from "./node-order.ts";

const CHART_HEIGHT = 96;

/** One metric of a node: what it does, how bad, since when; its page behind it. */
export function MetricCard(props: { readonly story: MetricStory; readonly order: number | null }) {
  const { series, told } = props.story;
  const { tenant } = useSession();
  const unit = series.unit;
  return (
    <li class="panel metric-card">
      <div class="metric-head">
        {props.order === null ? null : <span class="order">{props.order}</span>}
        <h3>
          <Go
            to={{
              page: "metric",
              tenant,
              cluster: series.cluster,
              node: series.node,
              metric: series.metric,
            }}
            row
          >
            {series.metric}
          </Go>
        </h3>
        {told === undefined ? (
          <StateWord story={props.story} />
        ) : (
          <SeverityMark severity={told.severity} score={told.score} />
        )}
      </div>
      <p class="metric-line">
        <b>{measured(series.lastValue, unit)}</b>
        <Story story={props.story} />
      </p>
      <Chart story={props.story} />
    </li>
  );
}

function StateWord({ story: { series } }: { readonly story: MetricStory }) {
  if (series.state === "live") return null;
  return <span class="badge">{series.state}</span>;
}

function Story({ story: { told, onsetMs, series } }: { readonly story: MetricStory }) {
  const nowMs = useNow();
  if (told === undefined || onsetMs === null) return null;
  const { low, high } = told.explanation.typical;
  const unit = series.unit;
  const endMs = told.open ? nowMs : Date.parse(told.windowEnd);
  return (
    <span class="soft">
      {kindWord(told.kind)} {told.open ? "since" : "at"} {moment(onsetMs, nowMs)},{" "}
      {lasting(endMs - onsetMs)}
      {low === null || high === null
        ? null
        : `; typical ${beside(told.explanation.actual, [low, high], unit).range}`}
    </span>
  );
}

function Chart({ story: { series, anomalies } }: { readonly story: MetricStory }) {
  const chart = useSmallChart(series);
  const nowMs = useNow();
  const shades = useMemo(() => shadesOfAnomalies(anomalies, nowMs), [anomalies, nowMs]);
  return (
    <Await asked={chart} height={CHART_HEIGHT}>
      {(drawn) =>
        drawn === null ? null : (
          <MiniChart
            columns={drawn.columns}
            anomalies={shades}
            range={drawn}
            stepMs={drawn.stepMs}
            height={CHART_HEIGHT}
            label={`${series.metric} on ${series.node} with its expected band and score ribbon`}
          />
        )
      }
    </Await>
  );
}
