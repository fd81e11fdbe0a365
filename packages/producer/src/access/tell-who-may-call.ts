import type { Config } from "../config.ts";
import { isLoopbackHost } from "../http/loopback-host.ts";
import type { Log } from "../log.ts";

/** Warns where callers need no key, and says who can be one. */
export function tellWhoMayCall({ host, apiKeys }: Pick<Config, "host" | "apiKeys">, log: Log): void {
  if (apiKeys.length > 0) return;
  const whom = isLoopbackHost(host) ? "only this machine is served" : "whoever reaches it is served";
  log.warn({ host }, `PRODUCER_API_KEYS is not set: callers need no key, and ${whom}`);
}
