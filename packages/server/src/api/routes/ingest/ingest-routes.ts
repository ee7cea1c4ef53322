import type { Routes } from "../route.ts";
import { compileAllButBody, takeRawBodies } from "./body.ts";
import { csvRoute } from "./csv.ts";
import type { IngestParts } from "./ingest-parts.ts";
import { jsonRoute } from "./json.ts";
import { remoteWriteRoute } from "./remote-write.ts";

/** The ways in for points over HTTP: JSON and NDJSON, CSV, Prometheus remote write. */
export function ingestRoutes(parts: IngestParts): Routes {
  return async (app) => {
    app.setValidatorCompiler(compileAllButBody);
    takeRawBodies(app, parts.limits.body.compressedBytesMax);
    jsonRoute(app, parts);
    csvRoute(app, parts);
    remoteWriteRoute(app, parts);
  };
}
