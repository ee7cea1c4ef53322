import { BlockList, isIP } from "node:net";

/**
 * Whose connections are counted together: one IPv4 address, or one IPv6 network of 64 bits, which is
 * what one customer of a provider gets.
 */
export function addressGroup(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  return `${leadingGroups(plain, 4).join(":")}::/64`;
}

/** An IPv4 address that came as IPv6 (`::ffff:10.0.0.1`) is that IPv4 address. */
function plainAddress(address: string): string {
  const [, four] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return four ?? address;
}

function leadingGroups(address: string, count: number): string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before.slice(0, count);
  const after = tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...zeros, ...after].slice(0, count);
}

/** Proxies whose word about the client's address counts: addresses and networks such as 10.0.0.0/8. */
export class TrustedProxies {
  readonly #list = new BlockList();

  /** @param networks checked when the configuration was read. */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = "", bits] = network.split("/");
      const family = isIP(address) === 6 ? "ipv6" : "ipv4";
      if (bits === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(bits), family);
    }
  }

  has(address: string | undefined): boolean {
    if (address === undefined) return false;
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && this.#list.check(plain, version === 6 ? "ipv6" : "ipv4");
  }
}
