import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Socket, Server as TcpServer } from "node:net";
import type { DurationMs } from "@foreshock/core/fold";
import type { DoorLimits } from "../../config/door-limits.ts";
import type { StartProgress } from "../../platform/readiness.ts";
import { addressGroup, TrustedProxies } from "./address.ts";
import { ending, hostMissing, problemOfClientError, starting } from "./client-error.ts";
import { Connection } from "./connection.ts";
import { ConnectionTable } from "./connection-table.ts";
import { answerHealth, answerReadiness, isProbe } from "./probe-reply.ts";
import { answerProblem } from "./raw-reply.ts";
import { startedOrLate } from "./start-wait.ts";
import { UnsentBytes } from "./unsent-bytes.ts";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface FrontParts {
  readonly limits: DoorLimits;
  readonly trustedProxies: readonly string[];
  /** What is asked while the platform opens. */
  readonly progress: () => StartProgress;
}

/** What was closed or refused, since the start. */
export interface FrontCounts {
  /** Connections that found no place. */
  refused: number;
  /** Connections that were closed to make room for others. */
  displaced: number;
  slowUploads: number;
  unreadReplies: number;
}

/** Connections that are not accepted yet wait here; the system may hold fewer. */
const BACKLOG = 4096;
const LOOK_EVERY_MS = 1000;
/** How often Node looks for headers and bodies that are late. */
const CHECK_EVERY_MS = 1000;

/**
 * The HTTP port from the first moment of the process to the last: bound before anything is opened,
 * answering probes before anything else, and handing requests to the routes only while those are
 * served. It holds what clients may hold: connections, time and unread replies.
 */
export class HttpFront {
  readonly server: Server;
  readonly limits: DoorLimits;
  readonly proxies: TrustedProxies;
  readonly trustedProxies: readonly string[];
  readonly table: ConnectionTable;
  readonly unsent: UnsentBytes;
  readonly counts: FrontCounts = { refused: 0, displaced: 0, slowUploads: 0, unreadReplies: 0 };
  readonly #connections = new Map<Socket, Connection>();
  readonly #progress: () => StartProgress;
  #handler: RequestHandler | undefined;
  #stage: "starting" | "serving" | "ending" = "starting";
  #looks: NodeJS.Timeout | undefined;
  #quiet: (() => void) | undefined;

  constructor({ limits, trustedProxies, progress }: FrontParts) {
    this.limits = limits;
    this.trustedProxies = trustedProxies;
    this.proxies = new TrustedProxies(trustedProxies);
    this.#progress = progress;
    this.table = new ConnectionTable(limits);
    this.unsent = new UnsentBytes(limits, monotonicMs);
    this.server = this.#newServer();
  }

  get isEnding(): boolean {
    return this.#stage === "ending";
  }

  /** Requests that are being answered. */
  get requestsUnderWay(): number {
    let count = 0;
    for (const { seat } of this.#connections.values()) count += seat.requests;
    return count;
  }

  /** Binds the port. @returns the URL. @throws what `net` says: EADDRINUSE, EADDRNOTAVAIL, EACCES. */
  listen(host: string, port: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.server.once("error", reject);
    this.server.listen({ host, port, backlog: BACKLOG }, () => {
      this.server.off("error", reject);
      resolve(urlOf(this.server));
    });
    return promise;
  }

  /** The routes stand behind this from now on; `open` lets requests through to them. */
  attach(handler: RequestHandler): Server {
    this.#handler = handler;
    return this.server;
  }

  /** Requests go to the routes from now on. */
  open(): void {
    if (this.#stage === "starting") this.#stage = "serving";
  }

  /** A good key came over this connection: longer times and a larger share. */
  keySeen(socket: Socket): void {
    this.#connections.get(socket)?.seat.keySeen();
  }

  /**
   * No new connections, and 503 for requests that begin now. Resolves when those under way are answered,
   * or after the time of grace, when what is left is cut. Connections without a request stay open for
   * late requests until `close`. Safe to call twice.
   */
  async end(): Promise<void> {
    if (this.#stage !== "ending") {
      this.#stage = "ending";
      // Not the HTTP server's own `close`: that cuts idle connections without a word, and stops the
      // clock for headers that never end.
      TcpServer.prototype.close.call(this.server);
    }
    if (this.requestsUnderWay === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#quiet = resolve;
    const timer = setTimeout(resolve, this.limits.graceMs);
    await promise;
    clearTimeout(timer);
    for (const connection of [...this.#connections.values()]) {
      if (connection.seat.requests > 0) connection.close();
    }
  }

  /** Ends every connection. Safe to call twice. */
  close(): void {
    this.#stage = "ending";
    clearInterval(this.#looks);
    this.server.close();
    for (const connection of [...this.#connections.values()]) connection.close();
  }

  #newServer(): Server {
    const { headersMs, requestMs, idleKeylessMs, headerBytesMax } = this.limits;
    const server = createServer({
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: idleKeylessMs,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      maxHeaderSize: headerBytesMax,
      // Node's own answer would not be a problem body.
      requireHostHeader: false,
    });
    // Before the HTTP server sees it: a refused connection costs half as much.
    const [served] = server.listeners("connection");
    server.removeAllListeners("connection");
    server.on("connection", (socket) => {
      if (this.#connected(socket)) served?.call(server, socket);
    });
    server.on("request", (request, response) => this.#hear(request, response));
    server.on("checkExpectation", (request, response) => this.#hear(request, response));
    server.on("clientError", (error, socket) => this.#failed(error, socket as Socket));
    server.on("listening", () => {
      this.#looks ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
      this.#looks.unref();
    });
    return server;
  }

  /** False for a connection that finds no place and is ended. */
  #connected(socket: Socket): boolean {
    const { remoteAddress } = socket;
    const isProxy = this.proxies.has(remoteAddress);
    const displace = (): void => {
      this.counts.displaced++;
      socket.destroy();
    };
    const address = addressGroup(remoteAddress);
    const seat = this.table.enter(address, isProxy, displace, monotonicMs());
    if (seat === undefined) {
      this.counts.refused++;
      // Without a word: who opens thousands of connections is not told a thousand times.
      socket.resetAndDestroy();
      return false;
    }
    this.#connections.set(socket, new Connection(socket, seat, this.limits));
    socket.once("close", () => {
      seat.leave();
      this.#connections.delete(socket);
      this.#settle();
    });
    return true;
  }

  #hear(request: IncomingMessage, response: ServerResponse): void {
    this.#connections.get(request.socket)?.began(request, response, () => this.#settle());
    if (isProbe(request, "/healthz")) answerHealth(response);
    else if (request.headers.host === undefined && request.httpVersion === "1.1") {
      answerProblem(response, hostMissing());
    } else if (this.#stage === "serving" && this.#handler !== undefined) {
      this.#handler(request, response);
    } else this.#refuse(request, response);
  }

  /** Before the routes are there, and after. */
  #refuse(request: IncomingMessage, response: ServerResponse): void {
    const progress = this.#stage === "starting" ? this.#progress() : undefined;
    if (isProbe(request, "/readyz")) answerReadiness(response, progress);
    else if (progress === undefined) answerProblem(response, ending());
    else void this.#whenOpen(request, response);
  }

  /** Whoever asks before the routes are there need not ask twice, unless it takes long. */
  async #whenOpen(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isThere = await startedOrLate(() => this.#stage !== "starting");
    if (!isThere) answerProblem(response, starting(this.#progress().phase));
    else if (this.#stage === "serving" && this.#handler !== undefined) {
      this.#handler(request, response);
    } else answerProblem(response, ending());
  }

  #failed(error: Error & { code?: string }, socket: Socket): void {
    const connection = this.#connections.get(socket);
    const isDeaf = error.code === "ECONNRESET" || connection?.isAnswering !== false;
    if (isDeaf) socket.destroy();
    else connection.say(problemOfClientError(error));
  }

  #look(): void {
    const nowMs = monotonicMs();
    for (const connection of [...this.#connections.values()]) {
      const fault = connection.look(nowMs);
      if (fault === "slow-upload") this.counts.slowUploads++;
      if (fault === "unread-reply") this.counts.unreadReplies++;
    }
  }

  #settle(): void {
    if (this.#quiet !== undefined && this.requestsUnderWay === 0) this.#quiet();
  }
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("assertion failed: no port");
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function monotonicMs(): DurationMs {
  return performance.now();
}
