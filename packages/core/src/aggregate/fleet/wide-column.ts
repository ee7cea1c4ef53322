/** Longest step whose offsets, plus the two marks of a cell, fit 16 bits. */
const NARROW_STEP_MS_MAX = 65_533;

/** Whether offsets inside a step need 32 bits. */
export function isWideStep(stepMs: number): boolean {
  return stepMs > NARROW_STEP_MS_MAX;
}

/** A column for offsets inside a step. */
export function widest(isWide: boolean, length: number): Uint16Array | Uint32Array {
  return isWide ? new Uint32Array(length) : new Uint16Array(length);
}
