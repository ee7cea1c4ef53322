/** Numbers that the second look at a tail keeps; all 0 to begin with. */
export const INCIDENT_NUMBERS = 6;

/** Place of each number, from `at` on. */
const POINTS = 0;
const INCIDENTS = 1;
const EXCESS_SUM = 2;
const OPEN = 3;
const QUIET = 4;
const PEAK = 5;

/** A run of points rarer than this is an incident, closed after this many quiet points. */
const INCIDENT_P = 5e-3;
const QUIET_POINTS = 10;
/** Points half as old weigh twice as much, as in the tail itself. */
const KEPT = 0.5 ** (1 / 20_000);
/** An incident counts as at most this many mean excesses, so that one fault cannot bend the law. */
const EXCESS_MAX = 6;
/** Until incidents are seen, their rate is the promised one, with the weight of this many points. */
const RATE_PRIOR_POINTS = 200;

/** How soon the law of the incidents is believed against the promise. */
export interface IncidentLaw {
  /** With fewer incidents the law is not used. */
  readonly incidentsMin: number;
  /** Incidents of the promised mean excess, 1, that are believed in beforehand. */
  readonly prior: number;
  /** Standard errors that are taken off the mean excess before it is believed. */
  readonly doubt: number;
  /** A mean excess that may be below this is left alone: within the promise, or near it. */
  readonly missedFrom: number;
}

/** A series: a real fault that comes a few times stays as rare as the tail says. */
export const SERIES_LAW: IncidentLaw = { incidentsMin: 10, prior: 0, doubt: 1, missedFrom: 1.2 };

/** A node: nearly keeps its promise without help, and help blurs the order of its worst hours. */
export const NODE_LAW: IncidentLaw = { ...SERIES_LAW, incidentsMin: Number.POSITIVE_INFINITY };

/** A tenant opens findings: faults that recur must not raise the bar for the next one. */
export const TENANT_LAW: IncidentLaw = {
  incidentsMin: 15,
  prior: 0,
  doubt: 1,
  missedFrom: 1.4,
};

/** A cluster: what it passes up is its tail's p, so its own score may be believed early. */
export const CLUSTER_LAW: IncidentLaw = { incidentsMin: 5, prior: 10, doubt: 0, missedFrom: 1 };

/**
 * The second look at a tail: what became of its own promises. If the tail is right, incidents
 * (runs of points with p < 0.005) peak at an exponential excess ln(0.005 / p) of mean 1. Where they have
 * shown a larger mean, as those of bursty queues do, whose excursions come in flocks, p of the next
 * peak is read off the law of the incidents instead: their rate times exp(-excess / mean).
 *
 * Gives p, never a smaller one. Past-only: an incident is learnt (`learnIncident`) when it is over, so
 * it does not argue its own rarity away. `numbers[at, at + 6)` is the memory, 0 to begin with.
 *
 * Cost: O(1) per point; 48 bytes.
 * Source: peaks over a threshold with runs declustering (Coles, "An Introduction to Statistical
 * Modeling of Extreme Values", 2001, section 5.3), turned into a check of the promise.
 */
export function secondLook(p: number, numbers: Float64Array, at: number, law: IncidentLaw): number {
  return p < INCIDENT_P ? Math.max(p, incidentP(p, numbers, at, law)) : p;
}

/** p under the law of the incidents; 0 while it is not known to be worse than promised. */
function incidentP(p: number, numbers: Float64Array, at: number, law: IncidentLaw): number {
  const incidents = numbers[at + INCIDENTS]!;
  if (incidents < law.incidentsMin) return 0;
  const mean = (numbers[at + EXCESS_SUM]! + law.prior) / (incidents + law.prior);
  const least = mean * (1 - law.doubt / Math.sqrt(incidents));
  if (least < law.missedFrom) return 0;
  const points = numbers[at + POINTS]! + RATE_PRIOR_POINTS;
  const rate = (incidents + RATE_PRIOR_POINTS * INCIDENT_P) / points;
  return Math.min(rate, INCIDENT_P) * (p / INCIDENT_P) ** (1 / least);
}

/** What the tail said of one more point. */
export function learnIncident(p: number, numbers: Float64Array, at: number): void {
  numbers[at + POINTS] = numbers[at + POINTS]! * KEPT + 1;
  numbers[at + INCIDENTS]! *= KEPT;
  numbers[at + EXCESS_SUM]! *= KEPT;
  if (p < INCIDENT_P) {
    numbers[at + OPEN] = 1;
    numbers[at + QUIET] = 0;
    numbers[at + PEAK] = Math.max(numbers[at + PEAK]!, Math.log(INCIDENT_P / p));
  } else if (numbers[at + OPEN] === 1) {
    numbers[at + QUIET]! += 1;
    if (numbers[at + QUIET]! > QUIET_POINTS) close(numbers, at);
  }
}

function close(numbers: Float64Array, at: number): void {
  const incidents = numbers[at + INCIDENTS]!;
  const mean = incidents > 0 ? Math.max(numbers[at + EXCESS_SUM]! / incidents, 1) : 1;
  numbers[at + INCIDENTS] = incidents + 1;
  numbers[at + EXCESS_SUM]! += Math.min(numbers[at + PEAK]!, EXCESS_MAX * mean);
  numbers[at + OPEN] = 0;
  numbers[at + PEAK] = 0;
}
