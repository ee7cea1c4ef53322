/** Nothing new is admitted above this part of the maximum, until the size has sunk below the other one. */
const TIGHT_ABOVE = 0.9;
const WIDE_BELOW = 0.85;

export interface ResidentGuardParts {
  readonly memoryMax: number;
  /** Resident bytes of the process. */
  readonly residentBytes: () => number;
  /** Called at each change, not with each look. */
  readonly changed: (isTight: boolean, residentBytes: number) => void;
}

/**
 * Looks at what the process really takes: sums of what was admitted are estimates, this is not. Two
 * thresholds, so that it does not change its mind with every look.
 */
export class ResidentGuard {
  readonly #parts: ResidentGuardParts;
  #isTight = false;

  constructor(parts: ResidentGuardParts) {
    this.#parts = parts;
  }

  get isTight(): boolean {
    return this.#isTight;
  }

  look(): void {
    const { memoryMax, residentBytes, changed } = this.#parts;
    const bytes = residentBytes();
    const isTight = bytes > (this.#isTight ? WIDE_BELOW : TIGHT_ABOVE) * memoryMax;
    if (isTight === this.#isTight) return;
    this.#isTight = isTight;
    changed(isTight, bytes);
  }
}
