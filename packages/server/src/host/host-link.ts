import type { FromHost, ToHost } from "./protocol.ts";

/** What the main thread hears from a host. */
export interface HostLinkEvents {
  message(message: FromHost): void;
  /** The host has ended without being asked to; its tenants are not served any more. */
  ended(error: Error): void;
}

/** The main thread's end of one host, wherever that runs. */
export interface HostLink {
  /** Where the host shows that it lives; none where it shares the thread. */
  readonly heartbeat?: SharedArrayBuffer;
  /** Bytes of its heap and columns; none where it shares the thread. */
  readonly memoryBytes?: () => Promise<number>;
  /** Messages arrive in order. `columns`, and a line, are handed over: they must not be used again. */
  post(message: ToHost, columns?: readonly ArrayBuffer[]): void;
  /** Ends the host at once, as a kill would; `ended` is not called. Resolves when its files are free. */
  end(): Promise<void>;
}

/** Starts the host that is this client of the partition owners; `life` counts its starts, from 0. */
export type LinkHost = (client: number, life: number, events: HostLinkEvents) => HostLink;
