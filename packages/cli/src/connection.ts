import { type Client, createClient } from "@framewright/client";

import { badInput } from "./failure.ts";
import type { ServiceFlags } from "./options.ts";
import { withLocalProducer } from "./local-producer.ts";
import type { Runtime } from "./runtime.ts";

function serverUrl(server: string): string {
  const url = URL.parse(server);
  if (url && (url.protocol === "http:" || url.protocol === "https:")) return url.href;
  throw badInput(`--server ${server} is not a URL.`, "Give it like http://localhost:9847.");
}

/** Runs `use` with a client of the named service or, without one, of a producer started for the call. */
export async function withClient<T>(
  { server, apiKey }: ServiceFlags,
  scratchDir: string,
  runtime: Runtime,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  // An empty variable counts as not set.
  const key = apiKey === "" ? undefined : apiKey;
  if (server !== undefined) return await use(createClient({ baseUrl: serverUrl(server), apiKey: key }));
  const producer = await runtime.loadProducer();
  return await withLocalProducer(producer, scratchDir, async (baseUrl) => {
    runtime.signal.throwIfAborted();
    return await use(createClient({ baseUrl }));
  });
}
