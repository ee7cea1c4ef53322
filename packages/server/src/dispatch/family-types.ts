import { NAME_BYTES_MAX } from "../platform/place-name.ts";
import { type DeclaredFamily, type FamilyType, familyOf } from "../platform/series-nature.ts";

/** About 8,000 names of 30 bytes. */
export const FAMILY_BYTES_MAX = 256 * 1024;
/** What a name costs beyond its bytes, about. */
const ENTRY_BYTES = 32;

/** Ends of the names under which the parts of a family are sent. */
const PART = /_(?:total|count|sum|bucket)$/;

/** What a tenant's senders have said of their metric families. Bounded in bytes. */
export class FamilyTypes {
  readonly #types = new Map<string, FamilyType>();
  #bytes = 0;

  /** @returns families that were not known, or were something else. Names that are too long, or too many, are not kept. */
  declare(declared: readonly DeclaredFamily[]): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const { family, type } of declared) {
      const known = this.#types.get(family);
      if (known === type) continue;
      if (known === undefined && !this.#hasRoom(family)) continue;
      this.#types.set(family, type);
      changed.add(family);
    }
    return changed;
  }

  /** Whether the metric is a counter by what was said; undefined where nothing was said of it. */
  isCounter(metricName: string): boolean | undefined {
    if (this.#types.size === 0) return undefined;
    const name = familyOf(metricName);
    const own = this.#types.get(name);
    if (own !== undefined) return own === "counter";
    const part = PART.exec(name)?.[0];
    if (part === undefined) return undefined;
    const whole = this.#types.get(name.slice(0, -part.length));
    if (part === "_total") return whole === "counter" ? true : undefined;
    if (whole === "histogram" || whole === "summary") return true;
    return whole === "gaugehistogram" ? false : undefined;
  }

  /** Whether the metric is of one of these families, whole or as a part. */
  static isOf(metricName: string, families: ReadonlySet<string>): boolean {
    const name = familyOf(metricName);
    return families.has(name) || families.has(name.replace(PART, ""));
  }

  #hasRoom(family: string): boolean {
    const bytes = Buffer.byteLength(family);
    if (bytes > NAME_BYTES_MAX || this.#bytes + bytes + ENTRY_BYTES > FAMILY_BYTES_MAX)
      return false;
    this.#bytes += bytes + ENTRY_BYTES;
    return true;
  }
}
