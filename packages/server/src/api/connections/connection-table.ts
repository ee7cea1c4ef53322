import type { DurationMs } from "@foreshock/core/fold";
import type { DoorLimits } from "../../config/door-limits.ts";
import { TokenBucket } from "../../tenant/token-bucket.ts";

export type TableLimits = Pick<
  DoorLimits,
  | "connectionsMax"
  | "connectionsReserved"
  | "reservedPerAddress"
  | "keylessPerAddress"
  | "displacedPerSecond"
  | "perAddress"
>;

/** How hard the loss of a connection would be for its client; the first are closed first. */
const RANKS = { keylessIdle: 0, keylessBusy: 1, keyedIdle: 2, keyedBusy: 3 } as const;
type Rank = (typeof RANKS)[keyof typeof RANKS];
/** Ranks that may be closed to make room: never a request that came with a good key. */
const KEYLESS: readonly Rank[] = [RANKS.keylessIdle, RANKS.keylessBusy];
const CLOSABLE: readonly Rank[] = [RANKS.keylessIdle, RANKS.keylessBusy, RANKS.keyedIdle];

/** The connections of one address. */
interface Group {
  readonly name: string;
  /** A trusted proxy speaks for many clients: no share is counted. */
  readonly isProxy: boolean;
  /** By rank; each set in order of time, the longest in that state first. */
  readonly seats: readonly Set<Seat>[];
  /** Made when the share is used up for the first time. */
  displaced: TokenBucket | undefined;
  count: number;
}

/**
 * Who holds the connections, and whose is closed when it gets tight. A newcomer gets in as long as
 * somebody holds an idle connection, or one without a key; those of the address with the most of them
 * are closed first, the oldest first.
 *
 * Cost: O(1) per change; O(addresses) for a connection that finds all places taken.
 */
export class ConnectionTable {
  readonly #limits: TableLimits;
  readonly #groups = new Map<string, Group>();
  #count = 0;

  constructor(limits: TableLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  /** How many connections an address holds. */
  countOf(address: string): number {
    return this.#groups.get(address)?.count ?? 0;
  }

  /**
   * A place for a new connection; undefined when there is none.
   *
   * @param address as `addressGroup` gives it.
   * @param close ends the connection, which then has to call `leave`.
   * @param atMs of a clock that only goes forward.
   */
  enter(address: string, isProxy: boolean, close: () => void, atMs: DurationMs): Seat | undefined {
    const group = this.#group(address, isProxy);
    if (!this.#hasShare(group, atMs) || !this.#hasRoom(group)) {
      this.#forget(group);
      return undefined;
    }
    this.#count++;
    group.count++;
    return new Seat(group, close, () => {
      this.#count--;
      group.count--;
      this.#forget(group);
    });
  }

  #hasShare(group: Group, atMs: DurationMs): boolean {
    if (group.isProxy) return true;
    const { keylessPerAddress, perAddress } = this.#limits;
    const [idle, busy] = group.seats;
    const keylessFull = idle!.size + busy!.size >= keylessPerAddress;
    if (!keylessFull && group.count < perAddress) return true;
    if (!this.#mayDisplace(group, atMs)) return false;
    return closeOldest(group, keylessFull ? KEYLESS : CLOSABLE);
  }

  #mayDisplace(group: Group, atMs: DurationMs): boolean {
    const { displacedPerSecond, keylessPerAddress } = this.#limits;
    group.displaced ??= new TokenBucket(displacedPerSecond, keylessPerAddress, atMs);
    return group.displaced.take(1, atMs) === 0;
  }

  #hasRoom(group: Group): boolean {
    const { connectionsMax, connectionsReserved, reservedPerAddress } = this.#limits;
    if (this.#count < connectionsMax) return true;
    for (const rank of CLOSABLE) {
      const fullest = this.#fullest(rank);
      if (fullest !== undefined) return closeOldest(fullest, [rank]);
    }
    return group.count < reservedPerAddress && this.#count < connectionsMax + connectionsReserved;
  }

  /** The address that holds the most among those with a connection of this rank. */
  #fullest(rank: Rank): Group | undefined {
    let fullest: Group | undefined;
    for (const group of this.#groups.values()) {
      if (group.seats[rank]!.size > 0 && group.count > (fullest?.count ?? 0)) fullest = group;
    }
    return fullest;
  }

  #group(name: string, isProxy: boolean): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const seats = Object.values(RANKS).map(() => new Set<Seat>());
    const made: Group = { name, isProxy, seats, displaced: undefined, count: 0 };
    this.#groups.set(name, made);
    return made;
  }

  #forget(group: Group): void {
    if (group.count === 0) this.#groups.delete(group.name);
  }
}

/** The place of one connection. */
export class Seat {
  readonly #group: Group;
  readonly #close: () => void;
  readonly #left: () => void;
  #rank: Rank = RANKS.keylessIdle;
  #requests = 0;
  #keyed: boolean;
  #gone = false;

  constructor(group: Group, close: () => void, left: () => void) {
    this.#group = group;
    this.#close = close;
    this.#left = left;
    this.#keyed = group.isProxy;
    this.#rank = this.#keyed ? RANKS.keyedIdle : RANKS.keylessIdle;
    group.seats[this.#rank]!.add(this);
  }

  /** Whether a good key has come over this connection. */
  get keyed(): boolean {
    return this.#keyed;
  }

  /** Requests under way. */
  get requests(): number {
    return this.#requests;
  }

  requestBegan(): void {
    this.#requests++;
    this.#move();
  }

  requestEnded(): void {
    this.#requests--;
    this.#move();
  }

  keySeen(): void {
    if (this.#keyed) return;
    this.#keyed = true;
    this.#move();
  }

  /** Ends the connection. The place is free at once. */
  close(): void {
    this.leave();
    this.#close();
  }

  /** The connection has ended. Safe to call twice. */
  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#group.seats[this.#rank]!.delete(this);
    this.#left();
  }

  #move(): void {
    if (this.#gone) return;
    const busy = this.#requests > 0;
    const rank = this.#keyed
      ? busy
        ? RANKS.keyedBusy
        : RANKS.keyedIdle
      : busy
        ? RANKS.keylessBusy
        : RANKS.keylessIdle;
    this.#group.seats[this.#rank]!.delete(this);
    this.#rank = rank;
    this.#group.seats[rank]!.add(this);
  }
}

/** Closes the oldest connection of the first of these ranks that has one. False when none has. */
function closeOldest(group: Group, ranks: readonly Rank[]): boolean {
  for (const rank of ranks) {
    const [oldest] = group.seats[rank]!;
    if (oldest === undefined) continue;
    oldest.close();
    return true;
  }
  return false;
}
