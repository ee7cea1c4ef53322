import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  /** Breaks the connection without an answer. */
  readonly cut?: boolean;
  /** Never answers. */
  readonly hang?: boolean;
}

/** A server that answers what a test tells it to, and keeps what it was asked. */
export interface StubServer {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** What is answered next, in this order; the last one again and again. */
  answer(...replies: readonly Reply[]): void;
  /** Forgets what it saw, and answers `{}`. */
  reset(): void;
  close(): Promise<void>;
}

export async function startStubServer(): Promise<StubServer> {
  const seen: Seen[] = [];
  let replies: Reply[] = [{}];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, body });
    give(replies.length > 1 ? replies.shift()! : replies[0]!, request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer(...next) {
      replies = [...next];
    },
    reset() {
      seen.length = 0;
      replies = [{}];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function give(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  if (reply.hang) return;
  if (reply.cut) {
    request.socket.destroy();
    return;
  }
  const headers = { "content-type": "application/json", ...reply.headers };
  response.writeHead(reply.status ?? 200, headers);
  response.end(reply.text ?? JSON.stringify(reply.body ?? {}));
}
