import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { DurationMs } from "@foreshock/core/fold";
import type { DoorLimits } from "../../config/door-limits.ts";
import type { Problem } from "../problem.ts";
import { slowUpload } from "./client-error.ts";
import type { Seat } from "./connection-table.ts";
import { type FlowFault, FlowWatch } from "./flow-watch.ts";
import { lastWords } from "./raw-reply.ts";

/** One connection of the HTTP port: its place, its requests, and how fast its client is. */
export class Connection {
  readonly seat: Seat;
  readonly #socket: Socket;
  readonly #limits: DoorLimits;
  readonly #flow: FlowWatch;
  /** The newest request and its reply. Of pipelined requests only the last can have an unread body. */
  #request: IncomingMessage | undefined;
  #response: ServerResponse | undefined;
  #said = false;

  constructor(socket: Socket, seat: Seat, limits: DoorLimits) {
    this.#socket = socket;
    this.seat = seat;
    this.#limits = limits;
    this.#flow = new FlowWatch(limits);
  }

  /** A reply has begun: nothing else can be said on this connection. */
  get isAnswering(): boolean {
    return (
      this.seat.requests > 1 ||
      (this.#response?.headersSent === true && !this.#response.writableFinished)
    );
  }

  /** @param ended called when the reply has been sent, or the client is gone. */
  began(request: IncomingMessage, response: ServerResponse, ended: () => void): void {
    this.#request = request;
    this.#response = response;
    this.seat.requestBegan();
    this.#sayHowLongIdle(response);
    response.once("close", () => {
      this.seat.requestEnded();
      this.#waitForNext();
      ended();
    });
  }

  /** Ends the connection where the client is too slow. To be called every second or so. */
  look(nowMs: DurationMs): FlowFault | undefined {
    const socket = this.#socket;
    const request = this.#request;
    if (this.#said) this.close();
    // All is said, and the client still holds its end.
    this.#said = socket.writableFinished;
    const waiting = request !== undefined && !request.complete && request.readableLength === 0;
    const fault = this.#flow.look(nowMs, {
      bytesIn: socket.bytesRead,
      bytesOut: socket.bytesWritten - socket.writableLength,
      awaitsBody: waiting && !request.destroyed,
      hasUnsent: socket.writableLength > 0,
    });
    if (fault === undefined) return undefined;
    if (fault === "slow-upload" && this.seat.requests > 0 && !this.isAnswering) {
      this.say(slowUpload(this.#limits.bytesPerSecondMin));
    } else {
      this.close();
    }
    return fault;
  }

  /** Answers without a reply object; the connection ends within two looks, read or not. */
  say(problem: Problem): void {
    if (this.#socket.writable) this.#socket.end(lastWords(problem));
    else this.close();
  }

  close(): void {
    this.seat.leave();
    this.#socket.destroy();
  }

  /** Node tells clients, and keeps to, the time without a key; with one it is longer. */
  #sayHowLongIdle(response: ServerResponse): void {
    if (!this.seat.keyed || !response.shouldKeepAlive) return;
    response.setHeader("connection", "keep-alive");
    response.setHeader("keep-alive", `timeout=${Math.floor(this.#limits.idleKeyedMs / 1000)}`);
  }

  #waitForNext(): void {
    if (this.seat.keyed && this.seat.requests === 0 && !this.#socket.destroyed) {
      this.#socket.setTimeout(this.#limits.idleKeyedMs);
    }
  }
}
