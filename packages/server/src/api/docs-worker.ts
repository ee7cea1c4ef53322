import { parentPort } from "node:worker_threads";
import { makeDocsPage } from "./docs-page.ts";

// The thread that prepares the pages of /docs, and ends.
const page = await makeDocsPage();
parentPort!.postMessage(page, [
  page.script.buffer as ArrayBuffer,
  page.scriptPacked.buffer as ArrayBuffer,
]);
