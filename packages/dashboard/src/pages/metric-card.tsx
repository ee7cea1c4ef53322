import { MiniChart } from "../chart/mini-chart.tsx";
import { useSmallChart } from "../data/queries.ts";
import { beside, measured } from "../format/number.ts";
import { lasting, MINUTE_MS, moment, msOf } from "../format/time.ts";
import { kindWord } from "../format/word.ts";
import { Await } from "../parts/await.tsx";
import { Go } from "../parts/go.tsx";
import { useNow } from "../parts/use-now.ts";
import { useSession } from "../session/session.tsx";
import { severityOf } from "../severity/severity.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import { followsNow } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import type { MetricStory } from "./node-order.ts";

const CHART_HEIGHT = 96;
/** A value of now that is older than that, or than three of its intervals, says so. */
const OLD_MS = 5 * MINUTE_MS;

/** One metric of a node: what it does, how bad, since when; its page behind it. */
export function MetricCard(props: { readonly story: MetricStory; readonly order: number | null }) {
  const { series, told } = props.story;
  const { tenant } = useSession();
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
        <Value story={props.story} />
        <Story story={props.story} />
      </p>
      <Chart story={props.story} />
    </li>
  );
}

/** What it is now and how old that is; in a range of the past the value that is told, for there is no now in it. */
function Value({ story: { series, told } }: { readonly story: MetricStory }) {
  const { view } = useView();
  const nowMs = useNow();
  if (!followsNow(view)) {
    if (told === undefined) return null;
    return <b>{measured(told.explanation.actual, series.unit)}</b>;
  }
  const lastMs = msOf(series.lastAt);
  const isOld = lastMs !== null && nowMs - lastMs > Math.max(OLD_MS, 3 * (series.intervalMs ?? 0));
  return (
    <span>
      <b>{measured(series.lastValue, series.unit)}</b>
      {isOld ? <span class="soft"> {lasting(nowMs - lastMs)} ago</span> : null}
    </span>
  );
}

function StateWord({ story: { series, part } }: { readonly story: MetricStory }) {
  if (part !== undefined) {
    return <SeverityMark severity={severityOf(part.score)} score={part.score} />;
  }
  if (series.state === "live") return null;
  return <span class="badge">{series.state}</span>;
}

function Story({ story: { told, part, onsetMs, series } }: { readonly story: MetricStory }) {
  const nowMs = useNow();
  if (part !== undefined && onsetMs !== null) {
    return (
      <span class="soft">
        {kindWord(part.kind)} at {moment(onsetMs, nowMs)}
      </span>
    );
  }
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

function Chart({ story: { series, shades } }: { readonly story: MetricStory }) {
  const chart = useSmallChart(series);
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
