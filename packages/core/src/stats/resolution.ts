/**
 * Share of a number's size below which a difference is arithmetic, not behaviour: 64 steps of the
 * grid of doubles. Sums and means of equal values differ by a few of them.
 */
export const RESOLUTION: number = 2 ** -46;
