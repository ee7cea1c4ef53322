import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import type { BodyLimits } from "../../../packages/server/src/tenant/limits.ts";
import type { LoadClient, Sent } from "../load-client.ts";
import { ScrapeBody } from "../scrape-body.ts";

/** How often each answer was given: `write 204`, `read 429 rate-limit`. */
export type Answers = Record<string, number>;

const SERIES_PER_BODY = 5000;
const SERIES_PER_ROUND = 50_000;
/** Each round of names a week after the last one: those before sleep. */
const ROUNDS_MAX = 8;
const NAME_BYTES = 200;
const AT_ONCE = 8;
const WIDE_READS = [
  "/rankings?level=metric&from=now-30d&to=now&n=1000",
  "/scores?level=node&from=now-30d&to=now&step=5m",
  "/rankings?level=node&from=now-30d&to=now&n=1000",
  "/anomalies?from=now-30d&to=now&minScore=0&limit=1000",
  "/findings?from=now-30d&to=now",
  "/series?limit=1000",
  "/nodes",
];

/** One tenant that takes all that it is let have. */
export class GreedyTenant {
  /** Names of so many rounds were sent. */
  round: number;
  readonly #client: LoadClient;
  readonly #body: BodyLimits;
  readonly #startMs: number;
  #answers: Answers = {};

  constructor(client: LoadClient, body: BodyLimits, startMs: number, round: number) {
    this.#client = client;
    this.#body = body;
    this.#startMs = startMs;
    this.round = round;
  }

  takeAnswers(): Answers {
    const taken = this.#answers;
    this.#answers = {};
    return taken;
  }

  /** What is kept of it, by count. */
  async kept(): Promise<string> {
    const { series, seriesAsleep, points } = await this.#client.get("/summary");
    return `${series + seriesAsleep} series, ${points} points`;
  }

  /** New names, week after week, until a whole round is refused. */
  async fillWithSeries(): Promise<void> {
    for (; this.round < ROUNDS_MAX; this.round++) {
      const before = await this.kept();
      for (let first = 0; first < SERIES_PER_ROUND; first += SERIES_PER_BODY) {
        await this.#write(this.#scrape(this.round, first).bytes, "names");
      }
      if ((await this.kept()) === before) return;
    }
  }

  /** Points, largest bodies, wide reads and slow uploads, as fast as each is answered. */
  async everythingFor(seconds: number): Promise<void> {
    const untilMs = performance.now() + 1000 * seconds;
    const loop = async (act: (turn: number) => Promise<void>): Promise<void> => {
      for (let turn = 0; performance.now() < untilMs; turn++) await act(turn);
    };
    const last = Math.max(0, this.round - 1);
    const bodies = Array.from({ length: SERIES_PER_ROUND / SERIES_PER_BODY }, (_, k) =>
      this.#scrape(last, k * SERIES_PER_BODY),
    );
    const newestMs = this.#roundMs(last);
    const points = (turn: number) =>
      this.#write(
        bodies[turn % bodies.length]!.patch(
          newestMs + MINUTE_MS * (1 + Math.floor(turn / bodies.length)),
          (index) => index % 100,
        ),
        "points",
      );
    const large = this.#largestBody();
    const read = (turn: number) => this.#read(WIDE_READS[turn % WIDE_READS.length]!);
    await Promise.all([
      loop(points),
      ...Array.from({ length: AT_ONCE }, () => loop(() => this.#send(large, "large"))),
      ...Array.from({ length: AT_ONCE }, () => loop(read)),
      loop((turn) => this.#write(this.#scrape(ROUNDS_MAX + turn, 0).bytes, "names")),
    ]);
  }

  #roundMs(round: number): number {
    return this.#startMs - 7 * DAY_MS * Math.max(0, ROUNDS_MAX - round);
  }

  #scrape(round: number, first: number): ScrapeBody {
    const series = Array.from({ length: SERIES_PER_BODY }, (_, k) => {
      const id = first + k;
      const metric = `metric_${round}_${id % 25}`.padEnd(NAME_BYTES, "x");
      return { metric, cluster: `c${id % 20}`, node: `r${round}-${Math.floor(id / 25)}` };
    });
    return new ScrapeBody(series, this.#roundMs(Math.min(round, ROUNDS_MAX)));
  }

  /** As many bytes and points as one body may have. */
  #largestBody(): string {
    const points = Array.from(
      { length: this.#body.pointsMax - 1 },
      (_, i) => [this.#startMs - MINUTE_MS * (this.#body.pointsMax - i), (i % 1000) / 7] as const,
    );
    const body = JSON.stringify({
      series: [{ cluster: "large", node: "n", metric: "m", points }],
    });
    return body.padEnd(Math.min(this.#body.compressedBytesMax, this.#body.decodedBytesMax) - 1);
  }

  async #write(body: Buffer, kind: string): Promise<void> {
    const headers = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };
    const sent = { method: "POST", path: "/write", headers, body } as const;
    // A push that is only too early is sent again: the limit of what is kept is what is wanted here.
    for (let tries = 0; tries < 100; tries++) {
      const status = await this.#noted(kind, sent);
      if (status !== 429 && status !== 503) return;
      await pause(200);
    }
  }

  async #send(body: string, kind: string): Promise<void> {
    const headers = { "content-type": "application/json" };
    const path = "/ingest";
    const status = await this.#noted(kind, { method: "POST", path, headers, body });
    if (status >= 400) await pause(100);
  }

  async #read(path: string): Promise<void> {
    if ((await this.#noted("read", { path })) >= 400) await pause(50);
  }

  /** 0: the connection ended without an answer. */
  async #noted(kind: string, sent: Sent): Promise<number> {
    const { status, text } = await this.#client
      .send(sent)
      .catch((error: Error) => ({ status: 0, text: error.message }));
    const code = /"code":"([^"]+)"/.exec(text)?.[1] ?? text;
    const key = status > 0 && status < 400 ? `${kind} ${status}` : `${kind} ${status} ${code}`;
    this.#answers[key] = (this.#answers[key] ?? 0) + 1;
    return status;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((next) => setTimeout(next, ms));
}
