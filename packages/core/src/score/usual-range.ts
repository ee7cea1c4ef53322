/** Half-width of the usual range in typical scales. Source: spec of detection, section 7. */
export const BAND_SCALES = 2.5;
