/** A six-armed star around (0, 0), 7.2 wide: the glyph of moderate, twice that of major. */
export const STAR =
  "M-.9-3.6h1.8v2.1l1.8-1 .9 1.5L1.8 0l1.8 1-.9 1.5-1.8-1v2.1h-1.8v-2.1l-1.8 1-.9-1.5 1.8-1-1.8-1 .9-1.5 1.8 1z";

export const STAR_WIDTH = 7.2;
