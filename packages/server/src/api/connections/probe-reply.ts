import type { IncomingMessage, ServerResponse } from "node:http";
import type { StartProgress } from "../../platform/readiness.ts";

/** Whether a request asks for a probe's address; anything after it, such as a query, does not matter. */
export function isProbe({ method, url }: IncomingMessage, path: string): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  return url === path || url?.startsWith(`${path}?`) === true;
}

const TEXT = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } as const;

/** The process runs and its main thread answers; nothing else is asked. */
export function answerHealth(response: ServerResponse): void {
  response.writeHead(200, { ...TEXT, "content-length": 3 });
  response.end("ok\n");
}

/** 503 with what is done and what remains of the start; without it, the server is stopping. */
export function answerReadiness(
  response: ServerResponse,
  progress: StartProgress | undefined,
): void {
  const body = Buffer.from(
    progress === undefined
      ? notReadyText(["stopping"])
      : notReadyText(["starting", progressText(progress)]),
  );
  response.writeHead(503, { ...TEXT, "content-length": body.length, "retry-after": "2" });
  response.end(body);
}

export function notReadyText(reasons: readonly string[]): string {
  return `${["not ready", ...reasons].join("\n")}\n`;
}

function progressText({ phase, done, total }: StartProgress): string {
  return `${phase} (${done} of ${total} done)`;
}
