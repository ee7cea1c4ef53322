import type { Io } from "./io.ts";
import { countText, durationText } from "./time-text.ts";

const BAR_WIDTH = 20;
const REDRAW_MS = 100;
/** Work shorter than this needs no progress bar. */
const QUIET_MS = 2000;
const STEPS = 10;

export interface ProgressOptions {
  /** What is being done, such as `detect`. */
  readonly title: string;
  /** What is counted, such as `rows`; rates are per second of it. */
  readonly unit: string;
  /** 0 = unknown: nothing is shown. */
  readonly total: number;
  readonly quiet?: boolean | undefined;
}

/**
 * Progress of long work, on stderr: a bar on a terminal, else one line per 10 % and only for
 * work of more than two seconds.
 */
export class Progress {
  readonly #io: Io;
  readonly #options: ProgressOptions;
  readonly #beganMs: number;
  #done = 0;
  #drawnMs = 0;
  #shown = 0;

  constructor(io: Io, options: ProgressOptions) {
    this.#io = io;
    this.#options = options;
    this.#beganMs = io.now();
  }

  add(count: number): void {
    if (this.#options.quiet === true || !(this.#options.total > 0)) return;
    this.#done += count;
    const nowMs = this.#io.now();
    if (this.#io.errIsTerminal) {
      if (nowMs - this.#drawnMs < REDRAW_MS) return;
      this.#drawnMs = nowMs;
      this.#io.err(`\r${this.#bar(nowMs)}\u001b[K`);
      return;
    }
    const step = Math.floor(STEPS * this.#share());
    if (step === this.#shown || nowMs - this.#beganMs < QUIET_MS) return;
    this.#shown = step;
    this.#io.err(`${this.#options.title} ${step * STEPS} % ${this.#rate(nowMs)}\n`);
  }

  /** Clears the bar, so that what follows starts on an empty line. */
  end(): void {
    if (this.#drawnMs > 0) this.#io.err("\r\u001b[K");
  }

  #share(): number {
    return Math.min(1, this.#done / this.#options.total);
  }

  #bar(nowMs: number): string {
    const share = this.#share();
    const full = Math.round(BAR_WIDTH * share);
    const bar = "#".repeat(full) + "-".repeat(BAR_WIDTH - full);
    const percent = String(Math.floor(100 * share)).padStart(3);
    return `  ${this.#options.title}  [${bar}] ${percent} %  ${this.#rate(nowMs)}`;
  }

  #rate(nowMs: number): string {
    const seconds = (nowMs - this.#beganMs) / 1000;
    if (seconds <= 0 || this.#done === 0) return "";
    const perSecond = this.#done / seconds;
    const leftMs = (1000 * Math.max(0, this.#options.total - this.#done)) / perSecond;
    const rate = perSecond < 9.95 ? perSecond.toFixed(1) : countText(perSecond);
    return `${rate} ${this.#options.unit}/s, ${durationText(leftMs)} left`;
  }
}
