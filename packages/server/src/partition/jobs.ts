/**
 * Work for one answer that can be set down between two units: `yield` ends a unit of at most some 20 ms; a
 * promise that is yielded is waited for, while others go on.
 */
export type Job = Generator<Promise<unknown> | undefined, unknown, unknown>;

export interface JobEnd {
  done(value: unknown): void;
  failed(error: unknown): void;
}

interface Running {
  readonly client: number;
  readonly job: Job;
  readonly end: JobEnd;
  isWaiting: boolean;
}

/** The answers that an owner is working on, a unit of each in turn. */
export class Jobs {
  readonly #wake: () => void;
  #running: Running[] = [];

  /** @param wake called when a job that waited can go on. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** The first unit is done at once: most answers need no other. */
  add(client: number, job: Job, end: JobEnd): void {
    const running: Running = { client, job, end, isWaiting: false };
    if (!this.#step(running)) this.#running.push(running);
  }

  /** Nobody waits for this client's answers any more. */
  cancel(client: number): void {
    for (const { client: asker, job } of this.#running) if (asker === client) job.return(undefined);
    this.#running = this.#running.filter((running) => running.client !== client);
  }

  /** Whether a unit could be done now. */
  get isReady(): boolean {
    return this.#running.some(({ isWaiting }) => !isWaiting);
  }

  /** One unit of the job whose turn it is. */
  turn(): void {
    const index = this.#running.findIndex(({ isWaiting }) => !isWaiting);
    if (index < 0) return;
    const [running] = this.#running.splice(index, 1);
    if (!this.#step(running!)) this.#running.push(running!);
  }

  /** True when the job is over. */
  #step(running: Running): boolean {
    const { job, end } = running;
    try {
      const { done, value } = job.next();
      if (done) end.done(value);
      else if (value instanceof Promise) this.#wait(running, value);
      return done === true;
    } catch (error) {
      end.failed(error);
      return true;
    }
  }

  #wait(running: Running, promise: Promise<unknown>): void {
    running.isWaiting = true;
    const goOn = (failure?: { readonly error: unknown }): void => {
      running.isWaiting = false;
      if (!this.#running.includes(running)) return;
      if (failure !== undefined) this.#fail(running, failure.error);
      this.#wake();
    };
    promise.then(
      () => goOn(),
      (error: unknown) => goOn({ error }),
    );
  }

  /** The job may clear up behind itself, and no more. */
  #fail(running: Running, error: unknown): void {
    this.#running = this.#running.filter((one) => one !== running);
    try {
      running.job.throw(error);
      running.end.failed(error);
    } catch (thrown) {
      running.end.failed(thrown);
    }
  }
}
