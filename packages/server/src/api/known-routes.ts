import type { FastifyInstance } from "fastify";

/** A route whose address holds parameters. */
interface Pattern {
  readonly path: RegExp;
  readonly methods: Set<string>;
}

/** Which methods an address takes, for refusals of the others. */
export class KnownRoutes {
  readonly #plain = new Map<string, Set<string>>();
  readonly #patterns = new Map<string, Pattern>();

  /** Hears of every route that is registered from now on. */
  collect(app: FastifyInstance): void {
    app.addHook("onRoute", ({ url, method }) => {
      for (const one of [method].flat()) this.#add(url, one);
    });
  }

  /** Sorted; empty for an address that is none. Cost: O(routes with parameters). */
  methodsAt(path: string): readonly string[] {
    const methods = new Set(this.#plain.get(path));
    for (const { path: pattern, methods: more } of this.#patterns.values()) {
      if (pattern.test(path)) for (const method of more) methods.add(method);
    }
    return [...methods].sort();
  }

  #add(url: string, method: string): void {
    if (!/[:*]/.test(url)) {
      const known = this.#plain.get(url) ?? new Set();
      this.#plain.set(url, known.add(method));
      return;
    }
    const pattern = this.#patterns.get(url) ?? { path: patternOf(url), methods: new Set() };
    pattern.methods.add(method);
    this.#patterns.set(url, pattern);
  }
}

/** `/series/:id/points` takes anything but a slash for the id. */
function patternOf(url: string): RegExp {
  const source = url
    .split("/")
    .map((part) => (part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("/");
  return new RegExp(`^${source}$`);
}
