import { describe, expect, it } from "vitest";
import { addressGroup, TrustedProxies } from "./address.ts";

describe("addressGroup", () => {
  it("is the IPv4 address, however it was written", () => {
    expect(addressGroup("10.1.2.3")).toBe("10.1.2.3");
    expect(addressGroup("::ffff:10.1.2.3")).toBe("10.1.2.3");
  });

  it("is the /64 network of an IPv6 address", () => {
    expect(addressGroup("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(addressGroup("2001:db8::6")).toBe("2001:db8:0:0::/64");
    expect(addressGroup("2001:db8:1:2::6")).toBe(addressGroup("2001:db8:1:2:ff::7"));
    expect(addressGroup("::1")).toBe("0:0:0:0::/64");
  });
});

describe("TrustedProxies", () => {
  it("knows addresses and networks of both families", () => {
    const proxies = new TrustedProxies(["10.0.0.0/8", "192.168.1.7", "fd00::/8"]);
    for (const yes of ["10.255.0.1", "::ffff:10.0.0.1", "192.168.1.7", "fd12::1"]) {
      expect(proxies.has(yes), yes).toBe(true);
    }
    for (const no of ["11.0.0.1", "192.168.1.8", "fe80::1", undefined]) {
      expect(proxies.has(no), no).toBe(false);
    }
    expect(new TrustedProxies([]).has("127.0.0.1")).toBe(false);
  });
});
