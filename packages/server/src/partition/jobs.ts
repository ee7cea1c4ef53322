/**
 * Work for one answer that can be set down between two units: `yield` ends a unit of at most some 10 ms, with
 * what it has cost in points (about 1 µs each) where that is known; a promise that is yielded is waited for,
 * while others go on.
 */
export type Job = Generator<Promise<unknown> | number | undefined, unknown, unknown>;

/** What a unit costs that does not say, and the last one of an answer, in points. */
const UNIT_POINTS = 1000;

export interface JobEnd {
  /** @param points that the whole answer has cost. */
  done(value: unknown, points: number): void;
  failed(error: unknown): void;
}

interface Running {
  readonly client: number;
  readonly tenantId: string;
  readonly job: Job;
  readonly end: JobEnd;
  isWaiting: boolean;
  /** What it has cost so far, in points. */
  points: number;
}

/**
 * The answers that an owner is working on, by tenant: a unit of each answer of a tenant in turn. Whose turn
 * it is among tenants says the owner, which hears what each unit has cost.
 */
export class Jobs {
  readonly #wake: () => void;
  readonly #served: (tenantId: string, points: number) => void;
  /** By tenant, in the order of their turns. */
  readonly #lines = new Map<string, Running[]>();

  /**
   * @param wake called when a job that waited can go on.
   * @param served called after each unit with what it cost, in points.
   */
  constructor(wake: () => void, served: (tenantId: string, points: number) => void = () => {}) {
    this.#wake = wake;
    this.#served = served;
  }

  /** The first unit is done at once where nobody else waits: most answers need no other. */
  add(client: number, tenantId: string, job: Job, end: JobEnd): void {
    const running: Running = { client, tenantId, job, end, isWaiting: false, points: 0 };
    if (!this.isReady && this.#step(running).isDone) return;
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

  /** Tenants for whom a unit could be done now; "" for what is about none. */
  *ready(): Iterable<string> {
    for (const [tenantId, line] of this.#lines) {
      if (line.some(({ isWaiting }) => !isWaiting)) yield tenantId;
    }
  }

  get isReady(): boolean {
    for (const _ of this.ready()) return true;
    return false;
  }

  /** One unit of the tenant's job whose turn it is. Returns its cost in points; 0 where none can go on. */
  turn(tenantId: string): number {
    const line = this.#lines.get(tenantId);
    const index = line?.findIndex(({ isWaiting }) => !isWaiting) ?? -1;
    if (line === undefined || index < 0) return 0;
    const [running] = line.splice(index, 1);
    const { isDone, points } = this.#step(running!);
    if (!isDone) line.push(running!);
    if (line.length === 0) this.#lines.delete(tenantId);
    return points;
  }

  #remove(running: Running): void {
    const line = this.#lines.get(running.tenantId)?.filter((one) => one !== running) ?? [];
    if (line.length > 0) this.#lines.set(running.tenantId, line);
    else this.#lines.delete(running.tenantId);
  }

  #isRunning(running: Running): boolean {
    return this.#lines.get(running.tenantId)?.includes(running) === true;
  }

  #step(running: Running): { readonly isDone: boolean; readonly points: number } {
    const { job, end, tenantId } = running;
    let points = UNIT_POINTS;
    let isDone = true;
    try {
      const { done, value } = job.next();
      isDone = done === true;
      if (!isDone && typeof value === "number") points = value;
      running.points += points;
      if (isDone) end.done(value, running.points);
      else if (value instanceof Promise) this.#wait(running, value);
    } catch (error) {
      end.failed(error);
    }
    this.#served(tenantId, points);
    return { isDone, points };
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
