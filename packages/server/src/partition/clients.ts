import { SHARD_COUNT, shardOfTenant } from "../store/fleet/fleet-shards.ts";

/**
 * Who speaks with a partition owner: the main thread (client 0), and the hosts of tenants (1 and up).
 * Where there is one client alone, that one is both.
 *
 * Every number that a client gives (ticket, question, handle of a series) is its own number modulo the
 * count of clients, so that an answer finds its way without a table.
 */
export const MAIN_CLIENT = 0;

/** The client that gave a ticket, question or handle. */
export function clientOf(number: number, clientCount: number): number {
  return number % clientCount;
}

/** The client that hosts a tenant: the one that has its file. The same on every start with as many clients. */
export function hostOfTenant(tenantId: string, clientCount: number): number {
  return hostOfShard(shardOfTenant(tenantId), clientCount);
}

/** The files of folds that a client has. */
export function shardsOfHost(client: number, clientCount: number): readonly number[] {
  return Array.from({ length: SHARD_COUNT }, (_, shard) => shard).filter(
    (shard) => hostOfShard(shard, clientCount) === client,
  );
}

function hostOfShard(shard: number, clientCount: number): number {
  return clientCount === 1 ? MAIN_CLIENT : 1 + (shard % (clientCount - 1));
}

/** More than one life of a client ever gives. */
const NUMBERS_OF_A_LIFE = 2 ** 36;

/** Tickets and questions of one client, ascending. Never one that it gave in a life before. */
export class ClientNumbers {
  readonly #clientCount: number;
  #next: number;

  /** @param life how often the client was started before, since the owners were. */
  constructor(client: number, clientCount: number, life = 0) {
    this.#clientCount = clientCount;
    // 0 is nobody's ticket.
    this.#next = client + clientCount * (1 + life * NUMBERS_OF_A_LIFE);
  }

  next(): number {
    const number = this.#next;
    this.#next += this.#clientCount;
    return number;
  }
}
