import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryLedger } from "./memory-ledger.ts";

const MIB = 2 ** 20;

describe("MemoryLedger", () => {
  it("lets a tenant alone have its part and three quarters of the common rest, and leaves the next one its own", () => {
    const ledger = new MemoryLedger(MemoryLedger.memory(1, 96 * MIB));
    // A third is reserved, in eight parts of 4 MiB; of the other 64 MiB 48 go to the first.
    expect(ledger.guaranteedBytes).toBe(4 * MIB);
    const tenants = [0, 0, 0];
    expect(filled(ledger, tenants, 0)).toBe(52);
    expect(filled(ledger, tenants, 1)).toBe(4 + 12);
    expect(filled(ledger, tenants, 2)).toBe(4 + 3);
    expect(ledger.admits(tenants[0]! * MIB, MIB)).toBe(false);
  });

  it("counts all hosts, as every thread sees them", () => {
    const shared = MemoryLedger.memory(2, 96 * MIB);
    const [one, other] = [new MemoryLedger(shared), new MemoryLedger(shared)];
    one.setHeld(0, 56 * MIB, 0);
    other.setHeld(1, 39 * MIB, 0);
    expect([one.usedBytes, other.heldBy(0), one.heldBy(1)]).toEqual([95 * MIB, 56 * MIB, 39 * MIB]);
    expect(other.admits(0, MIB)).toBe(true);
    expect(other.admits(0, 2 * MIB)).toBe(false);
  });

  it("admits nothing while the process is close to its maximum", () => {
    const shared = MemoryLedger.memory(1, 90 * MIB);
    const [main, host] = [new MemoryLedger(shared), new MemoryLedger(shared)];
    main.isTight = true;
    expect(host.admits(0, 1)).toBe(false);
    main.isTight = false;
    expect(host.admits(0, 1)).toBe(true);
  });

  it("never gives away more than the pot, and keeps the part of a tenant that comes next", () => {
    const asks = fc.array(fc.record({ tenant: fc.nat(6), kib: fc.integer({ min: 1, max: 500 }) }), {
      minLength: 200,
      maxLength: 2000,
    });
    fc.assert(
      fc.property(asks, (all) => {
        const ledger = new MemoryLedger(MemoryLedger.memory(1, 48 * MIB));
        const held = [0, 0, 0, 0, 0, 0, 0];
        for (const { tenant, kib } of all) {
          if (!ledger.admits(held[tenant]!, kib * 1024)) continue;
          held[tenant]! += kib * 1024;
          counted(ledger, held);
        }
        expect(ledger.usedBytes).toBeLessThanOrEqual(ledger.potBytes);
        expect(ledger.admits(0, ledger.guaranteedBytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

/** MiB that a tenant gets, one after the other, beside what the others hold. */
function filled(ledger: MemoryLedger, tenants: number[], own: number): number {
  const all = () => tenants.map((mib) => mib * MIB);
  for (; ledger.admits(tenants[own]! * MIB, MIB); counted(ledger, all())) tenants[own]! += 1;
  return tenants[own]!;
}

function counted(ledger: MemoryLedger, held: readonly number[]): void {
  const part = ledger.guaranteedBytes;
  const beyond = held.reduce((sum, bytes) => sum + Math.max(0, bytes - part), 0);
  ledger.setHeld(
    0,
    held.reduce((sum, bytes) => sum + bytes, 0),
    beyond,
  );
}
