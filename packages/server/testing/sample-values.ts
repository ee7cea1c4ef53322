/** 2026-03-02, a Monday; five days and a bit of five-minute steps. */
export const SAMPLE_START_MS = Date.UTC(2026, 2, 2);
export const SAMPLE_STEP_MS = 300_000;
export const SAMPLE_POINTS = 1500;
/** The hour in which the first series of a sample is 35 higher, as indices. */
export const FAULT_FROM = 1380;
export const FAULT_TO = 1392;

/** A daily wave around 44 with noise below 2 and the fault. */
export function cpuAt(i: number): number {
  return waveAt(i, 0) + (i >= FAULT_FROM && i < FAULT_TO ? 35 : 0);
}

/** A daily wave without a fault. */
export function memAt(i: number): number {
  return waveAt(i, 1);
}

function waveAt(i: number, phase: number): number {
  const noise = Math.sin(12.9898 * (i + 1) + 78.233 * phase) * 43758.5453;
  const value =
    44 + 6 * Math.sin((2 * Math.PI * i) / 288 + phase) + 2 * (noise - Math.floor(noise));
  return Number(value.toFixed(4));
}

export function rowsOf(row: (i: number) => string): string[] {
  return Array.from({ length: SAMPLE_POINTS }, (_, i) => row(i));
}

/** `2026-03-02T00:00:00Z`. */
export function isoOf(i: number): string {
  return `${new Date(SAMPLE_START_MS + i * SAMPLE_STEP_MS).toISOString().slice(0, 19)}Z`;
}

/** `2026-03-02 00:00:00`. */
export function clockOf(i: number): string {
  return isoOf(i).slice(0, 19).replace("T", " ");
}

/** 1,278,336.378 */
export function thousands(value: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}
