import { type TestingServer, type TestingServerOptions, testingServer } from "./testing-server.ts";

/** A tenant that sends points to a testing server. */
export class IngestSender {
  readonly server: TestingServer;
  readonly #auth: Record<string, string>;

  private constructor(server: TestingServer) {
    this.server = server;
    this.#auth = { authorization: `Bearer ${server.key("manage", "acme")}` };
  }

  static async start(options: TestingServerOptions = {}): Promise<IngestSender> {
    return new IngestSender(await testingServer(options));
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
    return this.server.app.close();
  }
}
