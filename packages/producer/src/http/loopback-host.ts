import { bareHost } from "../files/allowed-hosts.ts";

const LOOPBACK = /^(?:(?:[^.]+\.)*localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Whether a host, with a port or without, is a name of this machine that no DNS server can give to another. */
export function isLoopbackHost(host: string): boolean {
  const hostname = URL.parse(`http://${host === "::1" ? "[::1]" : host}`)?.hostname ?? "";
  return LOOPBACK.test(bareHost(hostname));
}
