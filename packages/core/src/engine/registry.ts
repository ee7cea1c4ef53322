import { Refusal } from "../model/refusal.ts";
import type { AnomalyDetectionEngine } from "./engine.ts";

/** An engine by name, and how to get one; or why it cannot run here. */
export interface EngineEntry {
  readonly name: string;
  /** One line for lists: what it is good at. */
  readonly summary: string;
  /** Makes the engine. Called once, at the first `get`. */
  readonly make: () => AnomalyDetectionEngine;
  /** Set where it cannot run here. Checked at every `list` and `get`. */
  readonly unavailable?: () => Unavailability | undefined;
}

export interface Unavailability {
  /** What is missing, as a sentence for people. */
  readonly reason: string;
  /** The command that installs it. */
  readonly install: string;
}

export interface ListedEngine {
  readonly name: string;
  readonly summary: string;
  readonly available: boolean;
  readonly unavailability: Unavailability | undefined;
}

/** The available engines by name. Never substitutes one for another. */
export class EngineRegistry {
  readonly #entries = new Map<string, EngineEntry>();
  readonly #made = new Map<string, AnomalyDetectionEngine>();

  /** @throws Refusal "engine/duplicate" when the name is taken; "id/empty" when it is blank. */
  register(entry: EngineEntry): void {
    if (entry.name.trim() === "") {
      throw new Refusal("id/empty", "an engine needs a name", { name: entry.name });
    }
    if (this.#entries.has(entry.name)) {
      throw new Refusal(
        "engine/duplicate",
        `an engine named "${entry.name}" is already registered`,
        {
          engine: entry.name,
        },
      );
    }
    this.#entries.set(entry.name, entry);
  }

  /** All engines in order of name, including those that cannot run here. */
  list(): ListedEngine[] {
    return [...this.#entries.values()]
      .map((entry) => {
        const unavailability = entry.unavailable?.();
        const { name, summary } = entry;
        return { name, summary, available: unavailability === undefined, unavailability };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * The engine of that name; the same one every time.
   *
   * @throws Refusal "engine/unknown" with the names that may have been meant; "engine/unavailable"
   *   with the reason and the command that installs it.
   */
  get(name: string): AnomalyDetectionEngine {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw this.#unknown(name);
    const unavailability = entry.unavailable?.();
    if (unavailability !== undefined) {
      const { reason, install } = unavailability;
      throw new Refusal(
        "engine/unavailable",
        `engine "${name}" cannot run here: ${reason}. Install it with: ${install}`,
        { engine: name, reason, install },
      );
    }
    const engine = this.#made.get(name) ?? entry.make();
    this.#made.set(name, engine);
    return engine;
  }

  #unknown(name: string): Refusal {
    const known = [...this.#entries.keys()].sort();
    const meant = known.filter((other) => editDistance(name, other) <= 1 + name.length / 3);
    const hint =
      meant.length > 0 ? `did you mean ${meant.join(" or ")}?` : `known: ${known.join(", ")}`;
    return new Refusal("engine/unknown", `no engine is named "${name}"; ${hint}`, {
      engine: name,
      didYouMean: meant,
      known,
    });
  }
}

/** Longest name that is compared with others; a longer one is not a typing error. */
const NAME_MAX = 64;

/** Insertions, deletions and replacements that lead from one name to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  if (from.length > NAME_MAX) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: to.length + 1 }, (_, k) => k);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let k = 1; k <= to.length; k++) {
      const replaced = row[k - 1]! + (from[i - 1] === to[k - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[k]! + 1, next[k - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
