/** Values that are looked at: what comes later changes nothing. */
const LOOK_MAX = 500;
/** Values that are wanted where the name says nothing, and where it does. */
const VALUES_MIN = 60;
const NAMED_VALUES_MIN = 10;
/** A reset falls to less than this share of what was reached. */
const RESET_SHARE = 0.1;
/** At most one reset in so many values. */
const VALUES_PER_RESET = 20;
const RISING_SHARE = 0.5;

/**
 * Whether the values of a series only grow, but for resets to near zero: a cumulative counter. Looks
 * at its first values only, so that no later one changes how the series is judged.
 */
export class CounterShape {
  #count = 0;
  #rises = 0;
  #resets = 0;
  #last = Number.NaN;
  #isWhole = true;
  #isBroken = false;

  /** Whether no further value changes anything. */
  get isDecided(): boolean {
    return this.#isBroken || this.#count >= LOOK_MAX;
  }

  /** The next value in the order of time; missing ones are passed over. */
  push(value: number): void {
    if (Number.isNaN(value) || this.isDecided) return;
    this.#count += 1;
    const last = this.#last;
    this.#last = value;
    if (value < 0) this.#isBroken = true;
    if (!Number.isInteger(value)) this.#isWhole = false;
    if (value > last) this.#rises += 1;
    else if (value < last) {
      if (value < last * RESET_SHARE) this.#resets += 1;
      else this.#isBroken = true;
    }
  }

  /** @param isNamed whether the name says that it counts; then less is asked of the values. */
  isCounter(isNamed: boolean): boolean {
    if (this.#isBroken || this.#count < (isNamed ? NAMED_VALUES_MIN : VALUES_MIN)) return false;
    if (this.#resets > this.#count / VALUES_PER_RESET || this.#rises === 0) return false;
    return isNamed || (this.#isWhole && this.#rises >= RISING_SHARE * this.#count);
  }
}
