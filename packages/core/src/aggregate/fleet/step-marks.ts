/** State of a series' alarm at a point, kept beside its p. A larger mark takes precedence. */
export const MARK = {
  none: 0,
  /** Back in the range that was usual before a fault: not worth reporting, whatever its p. */
  recovered: 1,
  /** Away for so long that it is the new normal. */
  accepted: 2,
  /** Still away from what was usual before its alarm opened. */
  held: 3,
} as const;
