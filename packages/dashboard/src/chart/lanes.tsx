import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { scored } from "../format/number.ts";
import { moment } from "../format/time.ts";
import { severityOf } from "../severity/severity.ts";
import { SeverityMark } from "../severity/severity-mark.tsx";
import { absoluteRange, type MsRange } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { severityColour } from "./draw-series.ts";
import type { LaneRow } from "./lane-rows.ts";
import { TimeAxis } from "./time-axis.tsx";
import { hatchOf, type Surface, useCanvas } from "./use-canvas.ts";

/** Height of a lane and its distance to the next; the labels beside them use the same. */
const LANE_HEIGHT = 20;
const LANE_GAP = 4;
/** A pointer that moves less has clicked, not dragged. */
const DRAG_MIN_PX = 5;

interface LanesProps {
  readonly rows: readonly LaneRow[];
  readonly range: MsRange;
  readonly label: string;
  /** What stands before a lane. */
  readonly name: (row: LaneRow) => ReactNode;
}

/** Scores over time, one lane an entity. Hover reads a cell, dragging zooms the page's range. */
export function Lanes(props: LanesProps) {
  const { rows, range } = props;
  const height = rows.length * (LANE_HEIGHT + LANE_GAP) - LANE_GAP;
  const draw = useCallback((surface: Surface) => drawLanes(surface, rows, range), [rows, range]);
  const ref = useCanvas(draw, Math.max(1, height));
  const { cell, drag, handlers } = useLanePointer(props);
  return (
    <div class="lanes">
      <ol class="lane-names">
        {rows.map((row) => (
          <li key={`${row.cluster}/${row.node}`}>{props.name(row)}</li>
        ))}
      </ol>
      <div class="lane-field">
        <div class="canvas-box lane-canvas" {...handlers}>
          <canvas ref={ref} role="img" aria-label={props.label} />
          {drag === null ? null : (
            <span class="brush" style={{ left: `${drag.left}px`, width: `${drag.width}px` }} />
          )}
          {cell === null || drag !== null ? null : <CellTip cell={cell} />}
        </div>
        <TimeAxis range={range} ticks={6} />
      </div>
      <LaneTable rows={rows} />
    </div>
  );
}

function drawLanes(
  { context, width, tokens }: Surface,
  rows: readonly LaneRow[],
  range: MsRange,
): void {
  const perMs = width / (range.endMs - range.startMs);
  const hatch = hatchOf(context, tokens.hatch);
  rows.forEach((row, r) => {
    const y = r * (LANE_HEIGHT + LANE_GAP);
    context.fillStyle = hatch;
    context.fillRect(0, y, width, LANE_HEIGHT);
    row.scores.forEach((score, i) => {
      if (score === null) return;
      const left = Math.max(0, Math.floor((row.times[i]! - range.startMs) * perMs));
      const right = Math.ceil((row.times[i]! + row.stepMs - range.startMs) * perMs);
      context.fillStyle = tokens.panel;
      context.fillRect(left, y, right - left, LANE_HEIGHT);
      context.fillStyle = severityColour(tokens, severityOf(score));
      context.fillRect(left, y, right - left, LANE_HEIGHT);
    });
  });
}

interface Cell {
  readonly row: LaneRow;
  readonly score: number | null;
  readonly atMs: number;
  readonly x: number;
  readonly y: number;
  readonly flip: boolean;
}

function useLanePointer({ rows, range }: LanesProps) {
  const { change } = useView();
  const [cell, setCell] = useState<Cell | null>(null);
  const [drag, setDrag] = useState<{ left: number; width: number } | null>(null);
  const startX = useRef<number | null>(null);

  return useMemo(() => {
    const place = (event: PointerEvent) => {
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top, width: box.width };
    };
    const handlers = {
      onPointerDown: (event: PointerEvent) => {
        if (event.pointerType === "touch" || event.button !== 0) return;
        startX.current = place(event).x;
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      },
      onPointerMove: (event: PointerEvent) => {
        const { x, y, width } = place(event);
        setCell(cellUnder(x, y, width, rows, range));
        const from = startX.current;
        if (from === null) return;
        const left = Math.max(0, Math.min(from, x));
        const right = Math.min(width, Math.max(from, x));
        setDrag(right - left < DRAG_MIN_PX ? null : { left, width: right - left });
      },
      onPointerUp: (event: PointerEvent) => {
        const { x, width } = place(event);
        const from = startX.current;
        startX.current = null;
        setDrag(null);
        if (from === null || Math.abs(x - from) < DRAG_MIN_PX) return;
        const at = (px: number) =>
          range.startMs +
          (Math.min(width, Math.max(0, px)) / width) * (range.endMs - range.startMs);
        change(absoluteRange({ startMs: at(Math.min(from, x)), endMs: at(Math.max(from, x)) }));
      },
      onPointerLeave: () => setCell(null),
    };
    return { cell, drag, handlers };
  }, [cell, drag, rows, range, change]);
}

function cellUnder(
  x: number,
  y: number,
  width: number,
  rows: readonly LaneRow[],
  range: MsRange,
): Cell | null {
  const row = rows[Math.floor(y / (LANE_HEIGHT + LANE_GAP))];
  if (row === undefined || width === 0) return null;
  const atMs = range.startMs + (x / width) * (range.endMs - range.startMs);
  const i = row.times.findIndex((time) => atMs >= time && atMs < time + row.stepMs);
  const score = row.scores[i] ?? null;
  return { row, score, atMs: row.times[i] ?? atMs, x, y, flip: x > width / 2 };
}

function CellTip({ cell }: { readonly cell: Cell }) {
  const nowMs = Date.now();
  return (
    <div
      class={cell.flip ? "tip is-flipped" : "tip"}
      style={{ left: `${cell.x}px`, top: `${cell.y}px` }}
    >
      <b>{cell.row.name}</b>
      <span class="soft">
        {moment(cell.atMs, nowMs)} – {moment(cell.atMs + cell.row.stepMs, nowMs)} UTC
      </span>
      {cell.score === null ? (
        <span>no data</span>
      ) : (
        <SeverityMark severity={severityOf(cell.score)} score={cell.score} />
      )}
    </div>
  );
}

/** What the lanes say, for readers who do not see them. */
function LaneTable({ rows }: { readonly rows: readonly LaneRow[] }) {
  const nowMs = Date.now();
  return (
    <table class="visually-hidden">
      <caption>Highest score of each lane</caption>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.cluster}/${row.node}`}>
            <th scope="row">{row.name}</th>
            <td>{severityOf(row.worst)}</td>
            <td>{scored(row.worst)}</td>
            <td>{row.worstAtMs === null ? "no data" : moment(row.worstAtMs, nowMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
