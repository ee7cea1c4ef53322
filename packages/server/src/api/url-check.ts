import type { FastifyRequest } from "fastify";
import { Problem } from "./problem.ts";

const PARAMS_MAX = 100;

/**
 * The hook before everything: turns away addresses that two readers could read differently (finding
 * 6 of the reliability page: an extra slash once opened another organisation's data).
 *
 * Encoded slashes and backslashes are let through where no route matched: the dashboard's own addresses
 * may hold a node named like a URL, and nothing but its page is served there.
 *
 * @throws Problem "not_found" | "bad_path" | "bad_parameter".
 */
export async function checkUrl(request: FastifyRequest): Promise<void> {
  const url = request.raw.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  if (/\\|%00|(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path) || badEscape(path)) {
    throw new Problem("bad_path", "the path holds \\, dots, NUL or a broken escape", {
      hint: "write the path plainly, one slash between its parts",
    });
  }
  if (path.includes("//")) {
    throw new Problem("not_found", "nothing here: the path holds two slashes in a row", {
      hint: "write one slash between its parts",
    });
  }
  if (/%2f|%5c/i.test(path) && !request.is404) {
    throw new Problem("not_found", "nothing here: the path holds an encoded slash or backslash", {
      hint: "ids hold neither; give names as query parameters",
    });
  }
  if (mark >= 0) checkQuery(url.slice(mark + 1));
}

function checkQuery(query: string): void {
  const seen = new Set<string>();
  for (const [name] of new URLSearchParams(query)) {
    if (seen.has(name)) {
      throw new Problem("bad_parameter", `the parameter ${name.slice(0, 40)} is given twice`, {
        hint: "give each parameter once",
      });
    }
    seen.add(name);
    if (seen.size > PARAMS_MAX) {
      throw new Problem("bad_parameter", `more than ${PARAMS_MAX} parameters`, {
        hint: "give only parameters that /docs lists",
      });
    }
  }
}

function badEscape(path: string): boolean {
  try {
    decodeURIComponent(path);
    return false;
  } catch {
    return true;
  }
}

/** A query as an object without prototype, so that no name in it means anything to JavaScript. */
export function parseQuery(text: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) query[name] = value;
  return query;
}
