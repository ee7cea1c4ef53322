import type { Problem } from "./api.gen.ts";
import { ConnectionError, errorOfStatus, ServerError } from "./errors.ts";
import { KeptReplies } from "./kept-replies.ts";
import { type QueryValue, queryString } from "./query.ts";
import { isRetried, pause, retryAfterMs, retryDelayMs } from "./retry.ts";

export interface ForeshockOptions {
  /** Where the server is, such as `http://127.0.0.1:7070`. A path is kept, `/api/v1` is added. */
  readonly url: string;
  /** An API key, `fsk_...`. It goes into the `Authorization` header and nowhere else. */
  readonly key: string;
  /** Which tenant an operator key means. Other keys know their tenant. */
  readonly tenant?: string | undefined;
  /** For tests, proxies, and runtimes without a global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Time for one attempt, body included. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Attempts after the first on 429, 502, 503, 504 and network errors. Default 3. */
  readonly retries?: number | undefined;
  /** Jitter of the pauses between attempts, in [0, 1). Default `Math.random`. */
  readonly dice?: (() => number) | undefined;
}

export interface CallOptions {
  /** Ends the call, pauses between attempts included; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Call extends CallOptions {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: { readonly text: string; readonly type: string };
}

const TIMEOUT_MS = 10_000;
const RETRIES = 3;

/**
 * One way to the server: adds key and tenant, retries what may be retried, turns refusals into typed
 * errors. Reads that were asked before are asked as "has it changed?", and give the same object if not.
 * Every call is safe to repeat: reads change nothing, and of two points at one instant the later wins.
 */
export class Transport {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;
  readonly #retries: number;
  readonly #dice: () => number;
  readonly #kept = new KeptReplies();

  /** @throws TypeError where `url` is not an http(s) URL or `key` is empty. */
  constructor(options: ForeshockOptions) {
    this.#base = `${checkedUrl(options.url)}/api/v1`;
    if (options.key.trim() === "") throw new TypeError("key is empty: give an API key (fsk_...)");
    this.#headers = {
      accept: "application/json",
      authorization: `Bearer ${options.key.trim()}`,
      ...(options.tenant === undefined ? {} : { "x-scope-orgid": options.tenant }),
    };
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#retries = options.retries ?? RETRIES;
    this.#dice = options.dice ?? Math.random;
  }

  /** @throws ForeshockError, or the signal's reason where the caller gave up. */
  async call<Reply>(call: Call): Promise<Reply> {
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= this.#retries;
      let waitMs: number | undefined;
      try {
        const response = await this.#send(call);
        if (response.ok) return response.body as Reply;
        waitMs = retryAfterMs(response.retryAfter, Date.now());
        if (last || !isRetried(response.status)) throw refusal(response, waitMs);
      } catch (error) {
        call.signal?.throwIfAborted();
        if (last || !(error instanceof ConnectionError)) throw error;
      }
      await pause(retryDelayMs(attempt, waitMs, this.#dice()), call.signal);
    }
  }

  async #send(call: Call): Promise<Answer> {
    const url = this.#base + call.path + queryString(call.query ?? {});
    const kept = call.method === "GET" ? this.#kept.find(url) : undefined;
    const { response, text } = await this.#fetched(call, url, kept?.tag);
    const { status, headers } = response;
    const unchanged = status === 304 ? kept : undefined;
    const answer: Answer = {
      ok: response.ok || unchanged !== undefined,
      status,
      requestId: headers.get("x-request-id") ?? undefined,
      retryAfter: headers.get("retry-after"),
      body: unchanged === undefined ? json(text) : unchanged.body,
    };
    if (answer.ok && answer.body === undefined) throw notOurs(answer);
    const tag = headers.get("etag");
    if (call.method !== "GET" || tag === null) return answer;
    if (status === 200) this.#kept.keep(url, tag, answer.body, text.length);
    // The same answer under a newer name: asked by that one, the server need not look again.
    if (unchanged !== undefined) this.#kept.keep(url, tag, unchanged.body, unchanged.chars);
    return answer;
  }

  async #fetched(
    call: Call,
    url: string,
    tag: string | undefined,
  ): Promise<{ readonly response: Response; readonly text: string }> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
    try {
      const response = await this.#fetch(url, {
        method: call.method,
        headers: {
          ...this.#headers,
          ...(call.body ? { "content-type": call.body.type } : {}),
          ...(tag === undefined ? {} : { "if-none-match": tag }),
        },
        ...(call.body ? { body: call.body.text } : {}),
        signal,
      });
      return { response, text: await response.text() };
    } catch (cause) {
      throw noAnswer(this.#base, cause, timeout.aborted ? this.#timeoutMs : undefined);
    }
  }
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly retryAfter: string | null;
  /** undefined where the body was not JSON. */
  readonly body: unknown;
}

function checkedUrl(url: string): string {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new TypeError(`url "${url}" is not an http(s) URL: give one like http://127.0.0.1:7070`);
  }
  return url.replace(/\/+$/, "");
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal({ status, requestId, body }: Answer, waitMs: number | undefined) {
  const problem: Partial<Problem> = typeof body === "object" && body !== null ? body : {};
  const id = problem.requestId ?? requestId;
  return errorOfStatus({
    ...problem,
    title: problem.title ?? `The server answered ${status}`,
    code: problem.code ?? `http_${status}`,
    status,
    ...(id === undefined ? {} : { requestId: id }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

function notOurs({ status, requestId }: Answer): ServerError {
  return new ServerError({
    title: "The answer is not JSON",
    code: "not_json",
    status,
    hint: "check that the url points at a Foreshock server and not at a proxy's login page",
    ...(requestId === undefined ? {} : { requestId }),
  });
}

function noAnswer(base: string, cause: unknown, timeoutMs: number | undefined): ConnectionError {
  if (timeoutMs !== undefined) {
    return new ConnectionError({
      title: "The server did not answer in time",
      code: "timeout",
      detail: `no answer from ${base} in ${timeoutMs} ms`,
      hint: "ask for a shorter range, or raise timeoutMs",
      cause,
    });
  }
  return new ConnectionError({
    title: "The server cannot be reached",
    code: "unreachable",
    detail: `no answer from ${base}`,
    hint: "check that the server runs and that the url is right",
    cause,
  });
}
