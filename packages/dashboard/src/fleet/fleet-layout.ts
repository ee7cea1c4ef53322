/** How the map lays out its cells: clusters as blocks in reading order, nodes in rows inside them. */
export interface FleetLayout {
  readonly cell: number;
  /** Cell plus the gap to its neighbour. */
  readonly pitch: number;
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly Block[];
  readonly cellCount: number;
}

export interface Block {
  /** Index of the block's first cell; cells count through all blocks in order. */
  readonly first: number;
  readonly count: number;
  readonly columns: number;
  /** Left and top of the whole block, its label included. */
  readonly x: number;
  readonly y: number;
  /** Top of the cells. */
  readonly cellsY: number;
  readonly width: number;
}

/** Largest and smallest square: a finger's width at best, still a square one can hit at worst. */
const CELL_MAX = 38;
const CELL_MIN = 4;
/** Height of a cluster's label with its distance to the cells. */
export const LABEL_HEIGHT = 20;
const BLOCK_GAP_X = 20;
const BLOCK_GAP_Y = 14;
/** A block is never narrower than its label needs. */
const BLOCK_WIDTH_MIN = 132;
/** Columns to rows of a block: wide blocks read like text. */
const ASPECT = 2.4;

/**
 * The largest cells with which `counts` blocks fit `width` x `height` CSS pixels; with the smallest
 * cells the map may grow taller than `height`. Cost: O(blocks) for each of at most 35 sizes.
 */
export function fleetLayout(counts: readonly number[], width: number, height: number): FleetLayout {
  for (let cell = CELL_MAX; cell > CELL_MIN; cell--) {
    const layout = laidOut(counts, width, cell);
    if (layout.height <= height) return layout;
  }
  return laidOut(counts, width, CELL_MIN);
}

function laidOut(counts: readonly number[], width: number, cell: number): FleetLayout {
  const pitch = cell + (cell >= 26 ? 3 : cell >= 8 ? 2 : 1);
  const columnsMax = Math.max(1, Math.floor((width + pitch - cell) / pitch));
  const blocks: Block[] = [];
  let [x, y, rowHeight, first] = [0, 0, 0, 0];
  for (const count of counts) {
    const columns = columnsOf(count, pitch, columnsMax, width);
    const blockWidth = Math.min(width, Math.max(BLOCK_WIDTH_MIN, columns * pitch));
    const blockHeight = LABEL_HEIGHT + Math.ceil(count / columns) * pitch;
    if (x > 0 && x + blockWidth > width) {
      x = 0;
      y += rowHeight + BLOCK_GAP_Y;
      rowHeight = 0;
    }
    blocks.push({ first, count, columns, x, y, cellsY: y + LABEL_HEIGHT, width: blockWidth });
    x += blockWidth + BLOCK_GAP_X;
    rowHeight = Math.max(rowHeight, blockHeight);
    first += count;
  }
  return { cell, pitch, width, height: y + rowHeight, blocks, cellCount: first };
}

function columnsOf(count: number, pitch: number, columnsMax: number, width: number): number {
  const wanted = Math.ceil(Math.sqrt(Math.max(1, count) * ASPECT));
  const forLabel = Math.floor(Math.min(width, BLOCK_WIDTH_MIN) / pitch);
  return Math.min(columnsMax, Math.max(1, wanted, Math.min(forLabel, count)));
}

/** Left and top of a cell. */
export function cellPosition(
  layout: FleetLayout,
  index: number,
): { readonly x: number; readonly y: number } {
  const block = blockOf(layout, index);
  if (block === undefined) return { x: 0, y: 0 };
  const inside = index - block.first;
  return {
    x: block.x + (inside % block.columns) * layout.pitch,
    y: block.cellsY + Math.floor(inside / block.columns) * layout.pitch,
  };
}

/** The cell under a point, the gap to its right and bottom included; -1 where there is none. O(blocks). */
export function cellAt(layout: FleetLayout, x: number, y: number): number {
  for (const block of layout.blocks) {
    const column = Math.floor((x - block.x) / layout.pitch);
    const row = Math.floor((y - block.cellsY) / layout.pitch);
    if (column < 0 || column >= block.columns || row < 0) continue;
    const inside = row * block.columns + column;
    if (inside < block.count) return block.first + inside;
  }
  return -1;
}

export type Move = "left" | "right" | "up" | "down" | "first" | "last";

/**
 * The cell an arrow key leads to. Left and right go through all cells in order; up and down keep
 * the column and go on in the nearest cell of the block above or below. Stays where there is none.
 */
export function cellBeside(layout: FleetLayout, index: number, move: Move): number {
  if (layout.cellCount === 0) return -1;
  if (index < 0) return 0;
  if (move === "first") return 0;
  if (move === "last") return layout.cellCount - 1;
  if (move === "left") return Math.max(0, index - 1);
  if (move === "right") return Math.min(layout.cellCount - 1, index + 1);
  const block = blockOf(layout, index);
  if (block === undefined) return index;
  const next = index + (move === "down" ? block.columns : -block.columns);
  if (next >= block.first && next < block.first + block.count) return next;
  return cellBeyond(layout, index, block, move);
}

function cellBeyond(layout: FleetLayout, index: number, block: Block, move: "up" | "down"): number {
  const { x } = cellPosition(layout, index);
  let best = index;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const other of layout.blocks) {
    const isBeyond = move === "down" ? other.y > block.y : other.y < block.y;
    if (!isBeyond || other.count === 0) continue;
    const column = Math.min(
      Math.min(other.columns, other.count) - 1,
      Math.max(0, Math.round((x - other.x) / layout.pitch)),
    );
    const rows = Math.ceil(other.count / other.columns);
    const row = move === "down" ? 0 : rows - 1;
    const candidate = Math.min(other.count - 1, row * other.columns + column);
    const at = cellPosition(layout, other.first + candidate);
    const distance = Math.abs(other.y - block.y) * 1000 + Math.abs(at.x - x);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = other.first + candidate;
    }
  }
  return best;
}

function blockOf(layout: FleetLayout, index: number): Block | undefined {
  return layout.blocks.find((block) => index >= block.first && index < block.first + block.count);
}
