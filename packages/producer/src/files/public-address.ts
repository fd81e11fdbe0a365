import { BlockList, isIPv4, isIPv6 } from "node:net";

// One list for each family: BlockList matches an IPv4 address against IPv6 rules in its mapped form.
const reservedV4 = listOf("ipv4", [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // carrier-grade NAT; some clouds keep their metadata here
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // Azure's host agent, seen from its virtual machines only
  ["169.254.0.0", 16], // link-local, with the metadata service of most clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
]);

// All other IPv6 space is loopback, mapped, translated (NAT64), unique-local, link-local, multicast or unassigned.
const globalV6 = listOf("ipv6", [["2000::", 3]]);

const reservedV6 = listOf("ipv6", [
  ["2001::", 23], // protocol assignments, with Teredo
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: carries an IPv4 address
  ["3fff::", 20], // documentation
]);

/**
 * Whether an IP address belongs to a machine on the public internet.
 * Anything that is not a plain dotted or colon-separated address is not, zones and odd notations included.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !reservedV4.check(address, "ipv4");
  if (!isIPv6(address) || address.includes("%")) return false;
  return globalV6.check(address, "ipv6") && !reservedV6.check(address, "ipv6");
}

function listOf(family: "ipv4" | "ipv6", subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, family);
  return list;
}
