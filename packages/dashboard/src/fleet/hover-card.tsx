import { counted, scored } from "../format/number.ts";
import { lasting, moment, msOf } from "../format/time.ts";
import { severityOf } from "../severity/severity.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import type { FleetCell } from "./fleet-cells.ts";

const CARD_WIDTH = 250;

/** Name, score, top metrics and since when, beside a cell. */
export function HoverCard(props: {
  readonly cell: FleetCell;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** Of the map, so that the card stays inside. */
  readonly width: number;
}) {
  const { cell, x, y, size, width } = props;
  const left = Math.max(0, Math.min(x + size + 8, width - CARD_WIDTH));
  return (
    <div
      class="hover-card"
      style={{ left: `${left}px`, top: `${y + size + 8}px`, width: `${CARD_WIDTH}px` }}
    >
      <p class="hover-name">
        <b>{cell.node.node}</b> <span class="soft">{cell.node.cluster}</span>
      </p>
      <StateLine cell={cell} />
      <TopMetrics cell={cell} />
    </div>
  );
}

function StateLine({ cell: { node, score, state } }: { readonly cell: FleetCell }) {
  const nowMs = Date.now();
  const sinceMs = msOf(node.since);
  const lastMs = msOf(node.lastAt);
  if (state === "learning") {
    return <p>learning: younger than three days, {counted(node.metrics, "metric")}</p>;
  }
  if (state === "silent") {
    return <p>silent{lastMs === null ? "" : `: last point ${moment(lastMs, nowMs)} UTC`}</p>;
  }
  return (
    <p class="hover-state">
      <SeverityMark severity={severityOf(score)} score={score} />
      {sinceMs === null ? null : (
        <span class="soft">
          since {moment(sinceMs, nowMs)} ({lasting(nowMs - sinceMs)})
        </span>
      )}
    </p>
  );
}

function TopMetrics({ cell: { node } }: { readonly cell: FleetCell }) {
  const top = node.topMetrics.filter(({ score }) => (score ?? 0) >= 0.25).slice(0, 3);
  if (top.length === 0) {
    return <p class="soft">{counted(node.metrics, "metric")}, none unusual</p>;
  }
  return (
    <ul class="hover-metrics">
      {top.map(({ metric, score }) => (
        <li key={metric}>
          <span>{metric}</span>
          <span class="number">{scored(score)}</span>
        </li>
      ))}
    </ul>
  );
}
