import type { Surface } from "../chart/use-canvas.ts";
import { hatchOf } from "../chart/use-canvas.ts";
import { STAR, STAR_WIDTH } from "../severity/star.ts";
import type { CellState } from "../state/view-codec.ts";
import type { Tokens } from "../theme/tokens.ts";
import type { FleetGroup } from "./fleet-cells.ts";
import { cellPosition, type FleetLayout, LABEL_HEIGHT } from "./fleet-layout.ts";

/** From this size on, cells carry their glyph as well. */
const GLYPH_CELL_MIN = 10;
/** From this size on, pale cells carry an outline of one pixel. */
const OUTLINE_CELL_MIN = 5;
/** Normal cells are so many that small ones would show nothing but outlines. */
const NORMAL_OUTLINE_CELL_MIN = 8;
/** Of a learning cell: how much of its width the dot takes. */
const DOT_SHARE = 0.3;
/** How far filtered-out cells recede. */
const FAINT = 0.14;

/** States whose cells carry a glyph. */
type Drawn = "critical" | "major" | "moderate" | "low";

function isDrawn(state: CellState): state is Drawn {
  return state === "critical" || state === "major" || state === "moderate" || state === "low";
}

const star = new Path2D(STAR);

/** The map: labels, then cells by state so that each fill is set once. */
export function drawFleet(
  surface: Surface,
  groups: readonly FleetGroup[],
  layout: FleetLayout,
  show: readonly CellState[],
): void {
  const { context: pen, tokens } = surface;
  drawLabels(pen, groups, layout, tokens);
  const byState = new Map<CellState, number[]>();
  let index = 0;
  for (const { cells } of groups) {
    for (const cell of cells) {
      const list = byState.get(cell.state);
      if (list === undefined) byState.set(cell.state, [index]);
      else list.push(index);
      index++;
    }
  }
  for (const [state, indices] of byState) {
    const isFaint = show.length > 0 && !show.includes(state);
    pen.globalAlpha = isFaint ? FAINT : 1;
    drawCells(pen, layout, indices, state, tokens);
  }
  pen.globalAlpha = 1;
}

/** Rings around the cell under the pointer and the selected one: a layer of their own, so that moving is cheap. */
export function drawMarks(
  { context: pen, tokens }: Surface,
  layout: FleetLayout,
  hovered: number,
  selected: number,
): void {
  ring(pen, layout, hovered, tokens["ink-soft"], 1.5);
  ring(pen, layout, selected, tokens.accent, 2.5);
}

function drawLabels(
  pen: CanvasRenderingContext2D,
  groups: readonly FleetGroup[],
  layout: FleetLayout,
  tokens: Tokens,
): void {
  const family = getComputedStyle(document.body).fontFamily;
  pen.textBaseline = "alphabetic";
  layout.blocks.forEach((block, i) => {
    const group = groups[i];
    if (group === undefined) return;
    const y = block.y + LABEL_HEIGHT - 7;
    const total = ` ${group.cells.length}`;
    pen.font = `12px ${family}`;
    const totalWidth = pen.measureText(total).width;
    pen.font = `600 12px ${family}`;
    const name = fitted(pen, group.cluster, block.width - totalWidth - 2);
    pen.fillStyle = tokens.ink;
    pen.fillText(name, block.x, y);
    const nameWidth = pen.measureText(name).width;
    pen.font = `12px ${family}`;
    pen.fillStyle = tokens["ink-soft"];
    pen.fillText(total, block.x + nameWidth + 1, y);
  });
}

/** The text, cut with an ellipsis where it is wider than `width`. */
function fitted(pen: CanvasRenderingContext2D, text: string, width: number): string {
  if (pen.measureText(text).width <= width) return text;
  let end = text.length - 1;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}

function drawCells(
  pen: CanvasRenderingContext2D,
  layout: FleetLayout,
  indices: readonly number[],
  state: CellState,
  tokens: Tokens,
): void {
  const { cell } = layout;
  const path = new Path2D();
  const outline = new Path2D();
  for (const index of indices) {
    const { x, y } = cellPosition(layout, index);
    path.rect(x, y, cell, cell);
    outline.rect(x + 0.5, y + 0.5, cell - 1, cell - 1);
  }
  if (state === "learning") drawDots(pen, layout, indices, tokens);
  else {
    pen.fillStyle = state === "silent" ? hatchOf(pen, tokens["ink-soft"]) : tokens[`sev-${state}`];
    pen.fill(path);
  }
  const isPale = state !== "major" && state !== "critical";
  if (isPale && cell >= (state === "none" ? NORMAL_OUTLINE_CELL_MIN : OUTLINE_CELL_MIN)) {
    pen.strokeStyle = outlineOf(state, tokens);
    pen.lineWidth = 1;
    pen.setLineDash(state === "learning" ? [2, 2] : []);
    pen.stroke(outline);
    pen.setLineDash([]);
  }
  if (cell >= GLYPH_CELL_MIN && isDrawn(state)) {
    pen.fillStyle = tokens[`sev-${state}-ink`];
    pen.strokeStyle = tokens[`sev-${state}-ink`];
    pen.lineWidth = 1.5;
    for (const index of indices) drawGlyph(pen, layout, index, state);
  }
}

/** A dot on the colour of normal: told apart at any size, where an outline alone would leave the map blank. */
function drawDots(
  pen: CanvasRenderingContext2D,
  layout: FleetLayout,
  indices: readonly number[],
  tokens: Tokens,
): void {
  const { cell } = layout;
  const dot = Math.max(1, Math.round(cell * DOT_SHARE));
  const inset = (cell - dot) / 2;
  const ground = new Path2D();
  const dots = new Path2D();
  for (const index of indices) {
    const { x, y } = cellPosition(layout, index);
    ground.rect(x, y, cell, cell);
    dots.rect(x + inset, y + inset, dot, dot);
  }
  pen.fillStyle = tokens["sev-none"];
  pen.fill(ground);
  pen.fillStyle = tokens["ink-soft"];
  pen.fill(dots);
}

function outlineOf(state: CellState, tokens: Tokens): string {
  if (state === "learning" || state === "silent") return tokens["ink-soft"];
  return state === "none" ? tokens["line-strong"] : tokens["sev-outline"];
}

/** The same shapes as `SeverityGlyph`. */
function drawGlyph(
  pen: CanvasRenderingContext2D,
  layout: FleetLayout,
  index: number,
  state: Drawn,
): void {
  const { x, y } = cellPosition(layout, index);
  const reach = layout.cell * 0.26;
  pen.save();
  pen.translate(x + layout.cell / 2, y + layout.cell / 2);
  pen.beginPath();
  if (state === "critical") {
    pen.moveTo(0, -reach);
    pen.lineTo(reach, reach * 0.85);
    pen.lineTo(-reach, reach * 0.85);
    pen.fill();
  } else if (state === "low") {
    pen.arc(0, 0, reach * 0.75, 0, Math.PI * 2);
    pen.stroke();
  } else {
    const scale = (2 * reach) / STAR_WIDTH;
    const shifts = state === "major" ? [-0.8 * reach, 0.8 * reach] : [0];
    for (const shift of shifts) {
      pen.save();
      pen.translate(shift, 0);
      pen.scale(state === "major" ? scale * 0.72 : scale, state === "major" ? scale * 0.72 : scale);
      pen.fill(star);
      pen.restore();
    }
  }
  pen.restore();
}

function ring(
  pen: CanvasRenderingContext2D,
  layout: FleetLayout,
  index: number,
  colour: string,
  width: number,
): void {
  if (index < 0 || index >= layout.cellCount) return;
  const { x, y } = cellPosition(layout, index);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.strokeRect(x - 1, y - 1, layout.cell + 2, layout.cell + 2);
}
