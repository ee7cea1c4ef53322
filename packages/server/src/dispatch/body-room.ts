import type { ByteRoom } from "../platform/admission.ts";
import { FairShare } from "../tenant/fair-share.ts";

/** A tenant's share of body bytes that is granted however full the pot is: 256 KiB by default. */
const MINIMUM = 1 / 1024;

/** Room for the bodies of requests, packed and unpacked: one pot, of which each tenant has its share. */
export class BodyRoom {
  readonly #bytes: FairShare;

  constructor(bytesMax: number) {
    this.#bytes = new FairShare(bytesMax, MINIMUM * bytesMax);
  }

  /** Bytes of all request bodies at work. */
  get used(): number {
    return this.#bytes.used;
  }

  /** Room for the body of one request, taken as its bytes arrive. */
  open(tenantId: string): ByteRoom {
    return this.#bytes.open(tenantId);
  }
}
