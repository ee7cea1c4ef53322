import type { AnomalyRow, PointsReply, SeriesRow } from "@foreshock/client";
import { lazy, Suspense, useMemo, useState } from "react";
import { useMetricPoints } from "../data/queries.ts";
import { apart, beside, scored } from "../format/number.ts";
import { moment, stamp } from "../format/time.ts";
import { Await, Empty, Skeleton } from "../parts/await.tsx";
import { useNow } from "../parts/use-now.ts";
import { severityOf } from "../severity/severity.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import { absoluteRange, DEFAULT_RANGE } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { shadesOfAnomalies } from "./node-order.ts";

const CHART_HEIGHT = 320;
/** Rows of the table twin; the API gives all of them. */
const ROWS_MAX = 300;

/** Only this page draws with uPlot, so only this page loads it. */
const MetricChart = lazy(() => import("../chart/metric-chart.tsx"));

/** Value, expected band, anomaly windows and ribbon; or the same as a table. */
export function MetricPanel(props: {
  readonly series: SeriesRow;
  readonly anomalies: readonly AnomalyRow[];
}) {
  const { series, anomalies } = props;
  const nowMs = useNow();
  const shades = useMemo(() => shadesOfAnomalies(anomalies, nowMs), [anomalies, nowMs]);
  const points = useMetricPoints(series);
  const { view, change } = useView();
  const [index, setIndex] = useState<number | null>(null);
  const unit = series.unit;
  return (
    <section class="panel" aria-label="Values over time">
      <div class="panel-head chart-head">
        <ChartLegend />
        {points.data === undefined || points.data === null ? null : (
          <Readout columns={points.data.reply.columns} index={index} unit={unit} />
        )}
        <TableToggle />
      </div>
      <Await asked={points} height={CHART_HEIGHT}>
        {(asked) => {
          if (asked === null || asked.reply.columns.at.length === 0) return <NoPoints />;
          const { range, reply } = asked;
          if (view.table) return <PointTable reply={reply} unit={unit} />;
          return (
            <Suspense fallback={<Skeleton height={CHART_HEIGHT} />}>
              <MetricChart
                columns={reply.columns}
                range={range}
                stepMs={reply.stepMs}
                unit={unit}
                anomalies={shades}
                height={CHART_HEIGHT}
                label={`${series.metric} with its expected band; the Table button gives the numbers`}
                onPoint={setIndex}
                onZoom={(zoomed) => change(absoluteRange(zoomed))}
                onReset={() => change(DEFAULT_RANGE)}
              />
            </Suspense>
          );
        }}
      </Await>
    </section>
  );
}

function TableToggle() {
  const { view, change } = useView();
  return (
    <button
      type="button"
      class={view.table ? "button button-small toggle is-on" : "button button-small toggle"}
      aria-pressed={view.table}
      onClick={() => change({ table: !view.table })}
    >
      Table
    </button>
  );
}

function NoPoints() {
  return (
    <Empty kind="nodata" title="No points in this range.">
      <p class="soft">Choose a longer range, or zoom out with z.</p>
    </Empty>
  );
}

function ChartLegend() {
  return (
    <ul class="chart-legend">
      <li>
        <i class="key-actual" aria-hidden="true" /> actual
      </li>
      <li>
        <i class="key-expected" aria-hidden="true" /> expected
      </li>
      <li>
        <i class="key-band" aria-hidden="true" /> usual range
      </li>
      <li>
        <i class="key-anomaly" aria-hidden="true" /> anomaly or alarm
      </li>
    </ul>
  );
}

/** The numbers under the cursor; the newest where there is no cursor. */
function Readout(props: {
  readonly columns: PointsReply["columns"];
  readonly index: number | null;
  readonly unit: string;
}) {
  const { columns, unit } = props;
  const i = props.index ?? columns.at.length - 1;
  const atMs = columns.at[i];
  if (atMs === undefined) return null;
  const score = columns.score[i] ?? null;
  const held = (columns.alarmScore[i] ?? 0) > (score ?? 0);
  const { value, range } = beside(columns.value[i], [columns.lower[i], columns.upper[i]], unit);
  return (
    <p class="readout">
      <span class="soft">{moment(atMs, Date.now())}</span> <b>{value}</b>
      <span class="soft">usual {range}</span>
      {score === null ? (
        <span class="soft">no score</span>
      ) : (
        <SeverityMark severity={severityOf(score)} score={score} />
      )}
      {held ? <span class="soft">alarm still on at {scored(columns.alarmScore[i])}</span> : null}
    </p>
  );
}

function PointTable({ reply, unit }: { readonly reply: PointsReply; readonly unit: string }) {
  const { columns } = reply;
  const first = Math.max(0, columns.at.length - ROWS_MAX);
  const order = columns.at.map((_, i) => i).slice(first);
  const values = apart(columns.value, unit);
  const expected = apart(columns.expected, unit);
  return (
    <div class="table-scroll" style={{ maxHeight: `${CHART_HEIGHT}px` }}>
      <table class="rows">
        <caption class="visually-hidden">Points, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Time, UTC</th>
            <th scope="col" class="number">
              Actual
            </th>
            <th scope="col" class="number">
              Expected
            </th>
            <th scope="col" class="number">
              Usual range
            </th>
            <th scope="col" class="number">
              Score
            </th>
          </tr>
        </thead>
        <tbody>
          {order.reverse().map((i) => (
            <tr key={columns.at[i]}>
              <td class="nowrap">{stamp(columns.at[i]!)}</td>
              <td class="number">{values[i]}</td>
              <td class="number">{expected[i]}</td>
              <td class="number nowrap">
                {beside(columns.value[i], [columns.lower[i], columns.upper[i]], unit).range}
              </td>
              <td class="number">{scored(columns.score[i])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {first > 0 ? <p class="soft pad">The newest {ROWS_MAX} points. The API gives all.</p> : null}
    </div>
  );
}
