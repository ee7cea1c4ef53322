const SUGGESTIONS_MAX = 3;
/** A name that differs in more than this share of its letters is another name, not a typo. */
const DISTANCE_SHARE_MAX = 0.4;

/** The known names nearest to a mistyped one, nearest first; empty if nothing is near. */
export function nearestNames(given: string, known: readonly string[]): string[] {
  const wanted = given.toLowerCase();
  return known
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= DISTANCE_SHARE_MAX * name.length)
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, SUGGESTIONS_MAX)
    .map(({ name }) => name);
}

/** Levenshtein distance, a name that begins with the given one counting half for what is missing. */
function distanceOf(given: string, name: string): number {
  if (name.startsWith(given)) return (name.length - given.length) / 2;
  let row = Array.from({ length: name.length + 1 }, (_, i) => i);
  for (let i = 1; i <= given.length; i++) {
    const next = [i];
    for (let j = 1; j <= name.length; j++) {
      const change = given[i - 1] === name[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change));
    }
    row = next;
  }
  return row[name.length]!;
}
