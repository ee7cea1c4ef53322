import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** As in the package's own package.json. */
export const VERSION: string = manifest.version;

/** The oldest Node.js this program runs on: `engines` of package.json, which has the form ">=24". */
export const NODE_MIN = Number(manifest.engines.node.slice(2));
