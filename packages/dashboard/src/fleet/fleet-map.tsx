import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Surface, useCanvas } from "../chart/use-canvas.ts";
import type { CellState } from "../state/view-codec.ts";
import { drawFleet, drawMarks } from "./draw-fleet.ts";
import { type FleetCell, type FleetGroup, nodeId } from "./fleet-cells.ts";
import {
  cellAt,
  cellBeside,
  cellPosition,
  type FleetLayout,
  fleetLayout,
  type Move,
} from "./fleet-layout.ts";
import { HoverCard } from "./hover-card.tsx";

/** Taller than that, and the ranked list beside the map would leave the screen. */
const HEIGHT_SHARE = 0.62;
const HEIGHT_MIN = 240;

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
};

interface FleetMapProps {
  readonly groups: readonly FleetGroup[];
  readonly show: readonly CellState[];
  /** `nodeId` of the selected cell, or empty. */
  readonly selected: string;
  readonly onSelect: (id: string) => void;
  readonly onOpen: (cell: FleetCell) => void;
}

/**
 * All nodes as squares. Arrow keys move the selection, Enter opens it; hovering reads a cell. The
 * selection is announced, and the table twin holds the same rows.
 */
export function FleetMap(props: FleetMapProps) {
  const { groups, show, onSelect, onOpen } = props;
  const [width, setWidth] = useState(0);
  const [hovered, setHovered] = useState(-1);
  const box = useWidth(setWidth);
  const cells = useMemo(() => groups.flatMap((group) => group.cells), [groups]);
  const layout = useLayout(groups, width);
  const selected = useMemo(() => indexOf(cells, props.selected), [cells, props.selected]);
  const { map, marks } = useMap(groups, layout, show, { hovered, selected });

  const under = (event: MouseEvent) => {
    const area = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return cellAt(layout, event.clientX - area.left, event.clientY - area.top);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (pressed(event.key, { layout, cells, selected, onSelect, onOpen })) event.preventDefault();
  };
  const carded = hovered >= 0 ? hovered : selected;
  return (
    <div class="fleet-map" ref={box}>
      <div
        class="fleet-canvas"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move through the map
        tabIndex={0}
        aria-label={`Map of ${cells.length} nodes. Arrow keys move, Enter opens.`}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => setHovered(under(event))}
        onPointerLeave={() => setHovered(-1)}
        onClick={(event) => {
          const cell = cells[under(event)];
          if (cell !== undefined) onOpen(cell);
        }}
      >
        <canvas ref={map} />
        <canvas ref={marks} class="fleet-marks" />
        <Card cell={cells[carded]} at={carded} layout={layout} width={width} />
      </div>
      <p class="visually-hidden" aria-live="polite">
        {spoken(cells[selected])}
      </p>
    </div>
  );
}

/** Index of a node's cell; -1 where the text names none. */
function indexOf(cells: readonly FleetCell[], id: string): number {
  return id === "" ? -1 : cells.findIndex(({ node }) => nodeId(node) === id);
}

function Card(props: {
  readonly cell: FleetCell | undefined;
  readonly at: number;
  readonly layout: FleetLayout;
  readonly width: number;
}) {
  const { cell, at, layout, width } = props;
  if (cell === undefined) return null;
  return <HoverCard cell={cell} {...cellPosition(layout, at)} size={layout.cell} width={width} />;
}

function useLayout(groups: readonly FleetGroup[], width: number): FleetLayout {
  return useMemo(() => {
    const height = Math.max(HEIGHT_MIN, window.innerHeight * HEIGHT_SHARE);
    return fleetLayout(
      groups.map((group) => group.cells.length),
      Math.max(1, width),
      height,
    );
  }, [groups, width]);
}

/** The squares, and above them the rings that follow the pointer and the keys. */
function useMap(
  groups: readonly FleetGroup[],
  layout: FleetLayout,
  show: readonly CellState[],
  { hovered, selected }: { readonly hovered: number; readonly selected: number },
) {
  const draw = useCallback(
    (surface: Surface) => drawFleet(surface, groups, layout, show),
    [groups, layout, show],
  );
  const drawRings = useCallback(
    (surface: Surface) => drawMarks(surface, layout, hovered, selected),
    [layout, hovered, selected],
  );
  const height = Math.ceil(layout.height) + 2;
  return { map: useCanvas(draw, height), marks: useCanvas(drawRings, height) };
}

interface Keyed extends Pick<FleetMapProps, "onSelect" | "onOpen"> {
  readonly layout: FleetLayout;
  readonly cells: readonly FleetCell[];
  /** Index of the selected cell; below 0 where there is none. */
  readonly selected: number;
}

/** Does what a key says. @returns whether it says anything here. */
function pressed(key: string, { layout, cells, selected, onSelect, onOpen }: Keyed): boolean {
  const move = MOVES[key];
  const current = cells[selected];
  if (move !== undefined) {
    const next = cells[cellBeside(layout, selected, move)];
    if (next !== undefined) onSelect(nodeId(next.node));
  } else if (key === "Enter" && current !== undefined) onOpen(current);
  else if (key === "Escape") onSelect("");
  else return false;
  return true;
}

function spoken(cell: FleetCell | undefined): string {
  if (cell === undefined) return "";
  const { node, state, score } = cell;
  return `${node.node} in ${node.cluster}: ${state}, score ${Math.round((score ?? 0) * 100)}`;
}

/** Follows the width of an element. */
function useWidth(onWidth: (width: number) => void) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => onWidth(element.clientWidth));
    observer.observe(element);
    onWidth(element.clientWidth);
    return () => observer.disconnect();
  }, [onWidth]);
  return ref;
}
