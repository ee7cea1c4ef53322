import { Agent, type OutgoingHttpHeaders, request } from "node:http";

export interface Sent {
  readonly method?: "GET" | "POST";
  /** From `/api/v1` on. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** From the call to the last byte. */
  readonly tookMs: number;
}

/** Long enough that only what never ends meets it. */
const ANSWER_MS = 120_000;

/** One tenant's client: connections are kept, and times are taken. */
export class LoadClient {
  readonly url: string;
  readonly key: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string, key: string) {
    this.url = url;
    this.key = key;
  }

  /**
   * A kept connection may be closed by the server just as it is used again, after a long rest: then it is sent once
   * more. @throws where the connection ends without an answer.
   */
  send({ method = "GET", path, headers = {}, body }: Sent): Promise<Reply> {
    const beganMs = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const sent = request(`${this.url}/api/v1${path}`, {
      method,
      agent: this.#agent,
      headers: { authorization: `Bearer ${this.key}`, ...length, ...headers },
    });
    sent.setTimeout(ANSWER_MS, () => sent.destroy(new Error(`${path}: no answer`)));
    sent.on("error", (error: NodeJS.ErrnoException) => {
      const isClosed = sent.reusedSocket && error.code === "ECONNRESET";
      if (isClosed) resolve(this.send({ method, path, headers, ...(body && { body }) }));
      else reject(error);
    });
    sent.on("response", (reply) => {
      const parts: Buffer[] = [];
      reply.on("data", (part: Buffer) => parts.push(part));
      reply.on("error", reject);
      reply.on("end", () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: reply.statusCode!, text, tookMs: performance.now() - beganMs });
      });
    });
    sent.end(body);
    return promise;
  }

  /** Tries again as long as there is no room. @throws where it is refused for another reason. */
  async post(path: string, type: string, body: Uint8Array | string, encoding?: string) {
    const packed = encoding === undefined ? {} : { "content-encoding": encoding };
    const headers = { "content-type": type, ...packed };
    for (;;) {
      const reply = await this.send({ method: "POST", path, headers, body });
      if (reply.status < 300) return reply;
      if (reply.status !== 503 && reply.status !== 429) {
        throw new Error(`${path}: ${reply.status} ${reply.text.slice(0, 500)}`);
      }
      await new Promise((next) => setTimeout(next, 100));
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: replies are compared as they come.
  async get(path: string): Promise<any> {
    const { status, text } = await this.send({ path });
    if (status !== 200) throw new Error(`${path}: ${status} ${text.slice(0, 500)}`);
    return JSON.parse(text);
  }

  end(): void {
    this.#agent.destroy();
  }
}
