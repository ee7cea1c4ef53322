import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

/** A connection that the test speaks on byte by byte; what comes back is kept as text. */
export interface RawClient {
  readonly socket: Socket;
  readonly text: () => string;
  readonly isOpen: () => boolean;
  send(text: string): void;
  /** Resolves with all that came, once the other side has ended the connection. */
  readonly closed: Promise<string>;
}

/** @param from the address of this machine that the connection comes from, e.g. 127.0.0.2. */
export async function rawClient(port: number, from = "127.0.0.1"): Promise<RawClient> {
  const client = rawClientUnconnected(port, from);
  await once(client.socket, "connect");
  return client;
}

/** Does not wait until it is connected; errors count as an end. */
export function rawClientUnconnected(port: number, from: string): RawClient {
  const socket = createConnection({ port, host: "127.0.0.1", localAddress: from });
  let got = "";
  let open = true;
  socket.on("data", (part) => {
    got += String(part);
  });
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => {
    socket.once("close", () => {
      open = false;
      resolve(got);
    });
  });
  return {
    socket,
    closed,
    text: () => got,
    isOpen: () => open,
    send: (text) => void (open && socket.write(text)),
  };
}

/** One request on a connection of its own. @returns the whole reply. */
export async function askRaw(port: number, text: string, from?: string): Promise<string> {
  const client = await rawClient(port, from);
  client.send(text);
  return client.closed;
}
