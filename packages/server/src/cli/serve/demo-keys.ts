import type { SimulatedFleet } from "../../demo/fleet.ts";
import { LIVE_RECIPES, type LiveFaultKind } from "../../demo/live-faults.ts";

/** What the keys need of the terminal. */
export interface DemoTerminal {
  readonly io: { readonly out: (text: string) => void; readonly outIsTerminal: boolean };
}

const KINDS = Object.keys(LIVE_RECIPES) as LiveFaultKind[];

/** Single keys while the demo runs on a terminal: i injects a fault, t shows the answer key, q quits. */
export class DemoKeys {
  readonly #fleet: SimulatedFleet;
  readonly #terminal: DemoTerminal;
  readonly #quit: () => void;
  readonly #listens: boolean;
  #injected = 0;
  readonly #hear = (key: Buffer): void => this.press(String(key));

  constructor(fleet: SimulatedFleet, terminal: DemoTerminal, quit: () => void) {
    this.#fleet = fleet;
    this.#terminal = terminal;
    this.#quit = quit;
    this.#listens = terminal.io.outIsTerminal && process.stdin.isTTY === true;
    if (!this.#listens) return;
    process.stdin.setRawMode(true);
    process.stdin.on("data", this.#hear);
    process.stdin.resume();
  }

  help(): string {
    if (!this.#listens) return "  the last hours are replayed now; stop with Ctrl-C";
    return "  the last hours are replayed now; press i to inject a fault, t for the answer key, q to quit";
  }

  press(key: string): void {
    const { out } = this.#terminal.io;
    if (key === "q" || key === "\u0003") this.#quit();
    if (key === "t") {
      for (const { title, tenant, cluster, nodes, startMs } of this.#fleet.truth.faults) {
        const where = nodes.length === 1 ? `${cluster}/${nodes[0]}` : cluster;
        out(`  ${timeText(startMs)}  ${tenant}/${where}  ${title}\n`);
      }
    }
    if (key === "i") {
      const kind = KINDS[this.#injected++ % KINDS.length]!;
      const { tenant, cluster, nodes, title, startMs } = this.#fleet.inject(kind);
      const where = `${tenant}/${cluster}/${nodes.join(", ")}`;
      out(`  injected: ${title} on ${where} from ${timeText(startMs)} on; watch the Now page\n`);
    }
  }

  close(): void {
    if (!this.#listens) return;
    process.stdin.off("data", this.#hear);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }
}

/** To the minute, UTC. */
function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
