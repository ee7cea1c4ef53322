/** A tenant that has sent nothing during this many looks is forgotten. */
const IDLE_LOOKS = 10;

interface Home {
  /** The decoder that remembers the tenant's label sets; -1 where none does. */
  decoder: number;
  idleLooks: number;
}

export interface Ask {
  readonly tenantId: string;
  /** Whether a decoder remembers something that makes the next body of this kind cheaper. */
  readonly isRemembered: boolean;
  /** Bodies of the tenant that wait, this one among them. */
  readonly waiting: number;
}

/**
 * Which decoder a tenant's bodies go to: the one that knows its label sets, as long as that is cheap.
 * At most one tenant waits for a busy decoder, for one body, while another one is free.
 */
export class TenantHomes {
  readonly #decoderCount: number;
  readonly #homes = new Map<string, Home>();
  /** Who waits for a decoder though others are free. */
  readonly #awaited = new Map<number, string>();

  constructor(decoderCount: number) {
    this.#decoderCount = decoderCount;
  }

  /** Who waits for which decoder is found out again. */
  beginRound(): void {
    this.#awaited.clear();
  }

  /** The decoder that a body goes to now; -1 where it waits for its own. One at least is free. */
  choose({ tenantId, isRemembered, waiting }: Ask, free: (decoder: number) => boolean): number {
    const any = this.#firstFree(free);
    if (!isRemembered) return any;
    const home = this.#home(tenantId);
    home.idleLooks = 0;
    const { decoder } = home;
    if (decoder >= 0 && free(decoder)) return decoder;
    if (decoder >= 0 && waiting <= 1) {
      const first = this.#awaited.get(decoder) ?? tenantId;
      this.#awaited.set(decoder, first);
      if (first === tenantId) return -1;
    }
    if (decoder < 0 || waiting <= 1) home.decoder = any;
    return any;
  }

  decoderLost(decoder: number): void {
    for (const home of this.#homes.values()) {
      if (home.decoder === decoder) home.decoder = -1;
    }
  }

  /** Called now and then. @returns tenants that have been idle for long; they are forgotten here. */
  forgetIdle(): string[] {
    const idle: string[] = [];
    for (const [tenantId, home] of this.#homes) {
      home.idleLooks++;
      if (home.idleLooks < IDLE_LOOKS) continue;
      this.#homes.delete(tenantId);
      idle.push(tenantId);
    }
    return idle;
  }

  #firstFree(free: (decoder: number) => boolean): number {
    for (let decoder = 0; decoder < this.#decoderCount; decoder++) {
      if (free(decoder)) return decoder;
    }
    return -1;
  }

  #home(tenantId: string): Home {
    const known = this.#homes.get(tenantId);
    if (known !== undefined) return known;
    const home: Home = { decoder: -1, idleLooks: 0 };
    this.#homes.set(tenantId, home);
    return home;
  }
}
