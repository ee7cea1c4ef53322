/** What the layer says about one point; indices into the `out` it fills. */
export const ALARM_OUT = {
  /** Rarity in days; an alarm opens when it reaches the required days. */
  evidence: 0,
  /** 1 where an alarm opens. */
  opened: 1,
  /** 1 while the episode is open. */
  active: 2,
  /** The engine's score, held up while a sustained fault lasts. For charts and "now" lists. */
  score: 3,
  /** One of ALARM_PHASE, after this point. */
  phase: 4,
} as const;
export const ALARM_OUT_LENGTH = 5;

/** Phases of a series' alarm. */
export const ALARM_PHASE = {
  closed: 0,
  /** Evidence keeps the episode up. */
  open: 1,
  /** The value is still away from what was usual before the opening: learning does not end it. */
  held: 2,
  /** It was held for three days: that is the new normal. */
  accepted: 3,
  /** Back in the old normal within a day after a held fault, open or not: this opens nothing. */
  recovered: 4,
  /** Like held, but the opening is not 30 points ago: it may still be a short event. */
  lasting: 5,
} as const;
