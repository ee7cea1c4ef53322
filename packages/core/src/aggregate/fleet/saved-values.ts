/** Series of a chunk. */
export const CHUNK_SERIES = 1024;

/** Values of a chunk's series as they are saved: one of each series whose bit is set, by series. */
export interface SavedValues {
  readonly bits: Uint8Array;
  readonly offsets: Uint16Array | Uint32Array;
  readonly p: Float32Array;
  /** Empty where none has a mark. */
  readonly marks: Uint8Array;
}

/** Whether all series from the first on have one, up to the last that has: most steps of a fleet are so. */
export function isDense({ bits, p }: SavedValues): boolean {
  for (let at = 0; at < p.length >>> 3; at++) if (bits[at] !== 0xff) return false;
  const rest = p.length & 7;
  return rest === 0 || bits[p.length >>> 3] === (1 << rest) - 1;
}

export function valuesOf(
  { bits, offsets, p, marks }: SavedValues,
  visit: (series: number, offset: number, p: number, mark: number) => void,
): void {
  for (let [series, m] = [0, 0]; series < CHUNK_SERIES && m < p.length; series++) {
    if ((bits[series >>> 3]! & (1 << (series & 7))) === 0) continue;
    visit(series, offsets[m]!, p[m]!, marks[m] ?? 0);
    m++;
  }
}
