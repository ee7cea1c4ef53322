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
  readonly tenantId: string;
  readonly job: Job;
  readonly end: JobEnd;
  isWaiting: boolean;
}

/**
 * The answers that an owner is working on: a unit for each tenant in turn, whatever number of answers each
 * of them waits for, and among those of a tenant a unit of each in turn.
 */
export class Jobs {
  readonly #wake: () => void;
  /** By tenant, in the order of their turns. */
  readonly #lines = new Map<string, Running[]>();

  /** @param wake called when a job that waited can go on. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** The first unit is done at once where nobody else waits: most answers need no other. */
  add(client: number, tenantId: string, job: Job, end: JobEnd): void {
    const running: Running = { client, tenantId, job, end, isWaiting: false };
    if (!this.isReady && this.#step(running)) return;
    const line = this.#lines.get(tenantId);
    if (line === undefined) this.#lines.set(tenantId, [running]);
    else line.push(running);
  }

  /** Nobody waits for this client's answers any more. */
  cancel(client: number): void {
    for (const line of this.#lines.values()) {
      for (const running of line.filter((one) => one.client === client)) {
        running.job.return(undefined);
        this.#remove(running);
      }
    }
  }

  /** Whether a unit could be done now. */
  get isReady(): boolean {
    return this.#lines.values().some((line) => line.some(({ isWaiting }) => !isWaiting));
  }

  /** One unit of the job whose turn it is. */
  turn(): void {
    for (const [tenantId, line] of this.#lines) {
      const index = line.findIndex(({ isWaiting }) => !isWaiting);
      if (index < 0) continue;
      const [running] = line.splice(index, 1);
      this.#lines.delete(tenantId);
      if (!this.#step(running!)) line.push(running!);
      if (line.length > 0) this.#lines.set(tenantId, line);
      return;
    }
  }

  #remove(running: Running): void {
    const line = this.#lines.get(running.tenantId)?.filter((one) => one !== running) ?? [];
    if (line.length > 0) this.#lines.set(running.tenantId, line);
    else this.#lines.delete(running.tenantId);
  }

  #isRunning(running: Running): boolean {
    return this.#lines.get(running.tenantId)?.includes(running) === true;
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
      if (!this.#isRunning(running)) return;
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
    this.#remove(running);
    try {
      running.job.throw(error);
      running.end.failed(error);
    } catch (thrown) {
      running.end.failed(thrown);
    }
  }
}
