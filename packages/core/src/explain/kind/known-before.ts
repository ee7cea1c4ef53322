/**
 * What was found out about the time before an onset: profile, drift, usual ranges. It stays true while the event
 * goes on, so whoever classifies an event again and again gives the same one each time; what each time costs is
 * then the event and the two days before it, not a week. Some 7 kB once it is full.
 */
export class KnownBefore {
  readonly #found = new Map<string, unknown>();

  /** What `find` gave the first time; it must depend on the time before the onset, and on its name, alone. */
  once<Found>(name: string, find: () => Found): Found {
    if (!this.#found.has(name)) this.#found.set(name, find());
    return this.#found.get(name) as Found;
  }
}
