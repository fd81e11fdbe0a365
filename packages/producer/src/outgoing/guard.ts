import { lookup, type LookupAddress } from "node:dns";

import { bareHost, parseAllowedHosts } from "../files/allowed-hosts.ts";
import { knownAddress } from "../files/egress.ts";
import { isPublicAddress } from "../files/public-address.ts";
import { addressRefused } from "./outgoing-failure.ts";

type Found = (error: Error | null, addresses: LookupAddress[]) => void;

/** Looks a name up; the system's resolver by default. */
export type Resolve = (host: string, found: Found) => void;

/** Says which machines the service itself may send requests to: those on the public internet, and the hosts that are listed. */
export interface Guard {
  /** Throws OutgoingFailure for an address, or a name of this machine, that may not be contacted; other names pass. */
  check(host: string, port: number): void;
  /** The addresses of a name, all of them checked. The error is an OutgoingFailure, or the resolver's own. */
  resolve(host: string, port: number, found: Found): void;
}

const systemResolve: Resolve = (host, found) => lookup(host, { all: true }, found);

/** A guard that lets through public addresses, and any address of the hosts that fit `allowedHosts`. */
export function createGuard(allowedHosts: readonly string[], resolve: Resolve = systemResolve): Guard {
  const allows = parseAllowedHosts(allowedHosts);
  return {
    check(host, port) {
      const address = knownAddress(bareHost(host));
      if (address === null || isPublicAddress(address) || allows(bareHost(host), port)) return;
      throw addressRefused(host, port);
    },
    resolve(host, port, found) {
      resolve(host, (error, addresses) => {
        if (error) return found(error, []);
        const isFine =
          allows(bareHost(host), port) || addresses.every(({ address }) => isPublicAddress(address));
        if (isFine) found(null, addresses);
        else found(addressRefused(host, port), []);
      });
    },
  };
}
