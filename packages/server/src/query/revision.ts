import type { TenantSettings } from "../tenant/tenant-settings.ts";

/**
 * Names the state that a tenant's reads are computed from: while the name stays, every answer would be
 * what it was. It may change although nothing that is shown did, never the other way round. Counts begin
 * again with each process.
 */
export class Revision {
  #count = 0;
  #settings = "";

  /** Points were taken in or scored, a step was folded, or an explanation was kept. */
  rise(): void {
    this.#count++;
  }

  name(settings: TenantSettings): string {
    const text = JSON.stringify(settings);
    if (text !== this.#settings) {
      this.#settings = text;
      this.rise();
    }
    return String(this.#count);
  }
}
