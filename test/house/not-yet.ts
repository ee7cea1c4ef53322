import type { NotYet } from "./sizes.ts";

/** Files over the limit, with today's lines. */
export const LONG_FILES: NotYet = {};

/** Functions over the limit, `path#name`, with today's lines: tables of cases, one line per case. */
export const LONG_FUNCTIONS: NotYet = {
  "packages/server/src/api/any-request.test.ts#gets an answer below 500, and a problem where it is no success": 73,
  "packages/server/src/ingest/json.test.ts#names the place of what is wrong": 84,
};

/** Files of the product that only tests import. */
export const TEST_ONLY: readonly string[] = [];
