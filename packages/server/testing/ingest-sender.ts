import { openRealServer, type RealServer, type RealServerOptions } from "./real-server.ts";

/** A tenant that sends points to a real server without threads. */
export class IngestSender {
  readonly server: RealServer;
  readonly #auth: Record<string, string>;

  private constructor(server: RealServer) {
    this.server = server;
    this.#auth = { authorization: `Bearer ${server.key("manage", "acme")}` };
  }

  static async start(options: RealServerOptions = {}): Promise<IngestSender> {
    return new IngestSender(await openRealServer(options));
  }

  get auth(): Readonly<Record<string, string>> {
    return this.#auth;
  }

  get nowMs(): number {
    return this.server.clock.nowMs;
  }

  post(url: string, payload: string | Buffer | object, headers: Record<string, string> = {}) {
    const all = { ...this.#auth, ...headers };
    return this.server.app.inject({ method: "POST", url, headers: all, payload });
  }

  get(url: string) {
    return this.server.app.inject({ method: "GET", url, headers: this.#auth });
  }

  async storedPoints(): Promise<number> {
    return (await this.get("/api/v1/health")).json().acceptedPoints;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
