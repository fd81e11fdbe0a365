/** A request that the proxy did not let out or could not deliver. */
export interface RefusedRequest {
  /** The URL, or `host:port` for a tunnel. */
  readonly target: string;
  readonly why: "not-allowed" | "not-public" | "unreachable";
  readonly reason: string;
}

/** What a page tried to reach. Bounded, whatever the page does. */
export interface EgressRecord {
  addHost(host: string): void;
  addRefusal(refusal: RefusedRequest): void;
  hosts(): string[];
  refused(): RefusedRequest[];
}

const HOSTS_KEPT = 500;
const REFUSALS_KEPT = 50;
const TARGET_LENGTH_KEPT = 300;

/** Keeps the first of each; the same target is listed once. */
export function createEgressRecord(): EgressRecord {
  const hosts = new Set<string>();
  const refusals = new Map<string, RefusedRequest>();
  return {
    addHost(host) {
      if (hosts.size < HOSTS_KEPT) hosts.add(host);
    },
    addRefusal(refusal) {
      const target = refusal.target.slice(0, TARGET_LENGTH_KEPT);
      if (refusals.size < REFUSALS_KEPT && !refusals.has(target))
        refusals.set(target, { ...refusal, target });
    },
    hosts: () => [...hosts].sort(),
    refused: () => [...refusals.values()],
  };
}
