export type * from "./api.gen.ts";
export * from "./errors.ts";
export * from "./foreshock.ts";
export { type IngestSeries, REQUEST_POINTS_MAX } from "./ingest.ts";
export type { Page, Pages } from "./pages.ts";
export type { TimeInput } from "./query.ts";
export type { CallOptions, ForeshockOptions } from "./transport.ts";
