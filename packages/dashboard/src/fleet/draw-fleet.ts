import type { Surface } from "../chart/use-canvas.ts";
import { hatchOf } from "../chart/use-canvas.ts";
import type { CellState } from "../state/view-codec.ts";
import type { Tokens } from "../theme/tokens.ts";
import type { FleetGroup } from "./fleet-cells.ts";
import { cellPosition, type FleetLayout, LABEL_HEIGHT } from "./fleet-layout.ts";

/** From this size on, cells of major and critical nodes carry a glyph as well. */
const GLYPH_CELL_MIN = 10;
/** From this size on, pale cells carry an outline of one pixel. */
const OUTLINE_CELL_MIN = 5;
/** How far filtered-out cells recede. */
const FAINT = 0.14;

interface Marks {
  readonly selected: number;
  readonly hovered: number;
  readonly show: readonly CellState[];
}

/** The map: labels, then cells by state so that each fill is set once, then marks on top. */
export function drawFleet(
  surface: Surface,
  groups: readonly FleetGroup[],
  layout: FleetLayout,
  marks: Marks,
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
    const isFaint = marks.show.length > 0 && !marks.show.includes(state);
    pen.globalAlpha = isFaint ? FAINT : 1;
    drawCells(pen, layout, indices, state, tokens);
  }
  pen.globalAlpha = 1;
  ring(pen, layout, marks.hovered, tokens["ink-soft"], 1.5);
  ring(pen, layout, marks.selected, tokens.accent, 2.5);
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
  if (state !== "learning") {
    pen.fillStyle = state === "silent" ? hatchOf(pen, tokens["ink-soft"]) : tokens[`sev-${state}`];
    pen.fill(path);
  }
  const isPale = state !== "major" && state !== "critical";
  if (isPale && cell >= OUTLINE_CELL_MIN) {
    pen.strokeStyle = state === "learning" ? tokens["ink-soft"] : tokens["sev-outline"];
    pen.lineWidth = 1;
    pen.setLineDash(state === "learning" ? [2, 2] : []);
    pen.stroke(outline);
    pen.setLineDash([]);
  }
  if (cell >= GLYPH_CELL_MIN && (state === "critical" || state === "major")) {
    pen.fillStyle = tokens[`sev-${state}-ink`];
    for (const index of indices) drawGlyph(pen, layout, index, state);
  }
}

function drawGlyph(
  pen: CanvasRenderingContext2D,
  layout: FleetLayout,
  index: number,
  state: "critical" | "major",
): void {
  const { x, y } = cellPosition(layout, index);
  const middleX = x + layout.cell / 2;
  const middleY = y + layout.cell / 2;
  const reach = layout.cell * 0.26;
  pen.beginPath();
  if (state === "critical") {
    pen.moveTo(middleX, middleY - reach);
    pen.lineTo(middleX + reach, middleY + reach * 0.85);
    pen.lineTo(middleX - reach, middleY + reach * 0.85);
  } else {
    pen.arc(middleX - reach * 0.7, middleY, reach * 0.42, 0, Math.PI * 2);
    pen.moveTo(middleX + reach * 1.12, middleY);
    pen.arc(middleX + reach * 0.7, middleY, reach * 0.42, 0, Math.PI * 2);
  }
  pen.fill();
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
