import { LoadClient } from "../load-client.ts";
import type { LoadServer } from "../load-server.ts";
import { historyBody, tickBody, type Workload } from "./workload.ts";

/** Ticks that one writer may be ahead of the slowest of its tenant: an hour, half of what may be late. */
const AHEAD_MAX = 3;
const JSON_TYPE = "application/json";

/** All writers of all tenants. Each goes on by itself, and sends its last tick again after a break. */
export class Writers {
  readonly #work: Workload;
  /** Acknowledged ticks: by tenant, by writer. */
  readonly #acknowledged: readonly number[][];
  #sent = 0;

  constructor(work: Workload) {
    this.#work = work;
    this.#acknowledged = work.tenants.map(() => Array<number>(work.writers).fill(0));
  }

  /** Ticks that some writer has sent: one that was not acknowledged may be stored all the same. */
  get ticks(): number {
    return this.#sent;
  }

  async sendHistory(server: LoadServer): Promise<void> {
    for (const tenant of this.#work.tenants) {
      const client = new LoadClient(server.url, server.keys.get(tenant)!);
      for (let day = 0; day < this.#work.historyDays; day++) {
        await client.post("/ingest", JSON_TYPE, historyBody(this.#work, tenant, day));
      }
      client.end();
    }
  }

  /** All writers, each as fast as it is answered, until `ticks` or until the server is gone. */
  async run(server: LoadServer, ticks: number, gone: () => boolean): Promise<void> {
    await Promise.all(
      this.#work.tenants.flatMap((tenant, t) => {
        const key = server.keys.get(tenant)!;
        return Array.from({ length: this.#work.writers }, async (_, writer) => {
          const client = new LoadClient(server.url, key);
          try {
            while (!gone() && this.#acknowledged[t]![writer]! < ticks) {
              await this.#tick(client, t, writer);
            }
          } catch (error) {
            if (!gone()) throw error;
          } finally {
            client.end();
          }
        });
      }),
    );
  }

  async #tick(client: LoadClient, t: number, writer: number): Promise<void> {
    const all = this.#acknowledged[t]!;
    const tick = all[writer]!;
    if (tick >= Math.min(...all) + AHEAD_MAX) {
      await new Promise((next) => setTimeout(next, 5));
      return;
    }
    const body = tickBody(this.#work, this.#work.tenants[t]!, writer, tick);
    this.#sent = Math.max(this.#sent, tick + 1);
    const { text } = await client.post("/ingest", JSON_TYPE, body);
    const { rejectedPoints } = JSON.parse(text) as { rejectedPoints: number };
    if (rejectedPoints > 0) throw new Error(`points were refused: ${text.slice(0, 500)}`);
    all[writer] = tick + 1;
  }
}
