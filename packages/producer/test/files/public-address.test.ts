import { describe, expect, it } from "vitest";

import { isPublicAddress } from "../../src/files/public-address.ts";

describe("public addresses", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "198.17.0.1",
  ])("%s is one", (address) => expect(isPublicAddress(address)).toBe(true));
  it.each(["2606:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888"])("%s is one", (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
  ])("%s is reserved", (address) => expect(isPublicAddress(address)).toBe(false));

  it.each([
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
  ])("%s is reserved", (address) => expect(isPublicAddress(address)).toBe(false));

  it.each([
    "",
    "localhost",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "127.1",
    "8.8.8",
    "08.8.8.8",
    "[::1]",
    " 8.8.8.8",
  ])("%j is no address", (address) => expect(isPublicAddress(address)).toBe(false));
});
