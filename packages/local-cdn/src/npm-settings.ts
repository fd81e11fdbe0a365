import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";

import npmConf from "@pnpm/npm-conf";

/** How the operator's npm reaches its registry: addresses, credentials, proxies, certificates. Plain data. */
export type NpmSettings = Readonly<Record<string, string | boolean | readonly string[]>>;

/** What is taken over from npm's settings, beside what is about one registry or scope. */
const TAKEN = ["registry", "proxy", "https-proxy", "noproxy", "strict-ssl", "local-address"];
const OF_A_REGISTRY = /^(?:\/\/|@[^/]+:registry$)/;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads what npm is set up with: its files (`.npmrc`) and variables, and those that programs share for proxies and certificates. */
export function readNpmSettings(env: Environment): NpmSettings {
  const { config } = npmConf({}, {}, {});
  const all: Record<string, unknown> = config.snapshot;
  const taken = Object.entries(all).filter(([key]) => TAKEN.includes(key) || OF_A_REGISTRY.test(key));
  const settings = Object.fromEntries(
    taken.flatMap(([key, value]) => (isPlain(value) ? [[key, value]] : [])),
  );
  return {
    ...proxies(env),
    ...settings,
    ...certificates(env, all["ca"]),
  };
}

function isPlain(value: unknown): value is string | boolean {
  return typeof value === "string" || typeof value === "boolean";
}

function proxies(env: Environment): Record<string, string> {
  const named: Record<string, string | undefined> = {
    proxy: env["HTTP_PROXY"] ?? env["http_proxy"],
    "https-proxy": env["HTTPS_PROXY"] ?? env["https_proxy"],
    noproxy: env["NO_PROXY"] ?? env["no_proxy"],
  };
  return Object.fromEntries(
    Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Render workers have no environment: what Node would trust by it is passed on. */
function certificates(env: Environment, ca: unknown): { ca?: string[] } {
  const extra = env["NODE_EXTRA_CA_CERTS"];
  const own = [ca].flat().filter((each): each is string => typeof each === "string");
  const fromFile = extra === undefined ? [] : readIfThere(extra);
  return own.length + fromFile.length === 0 ? {} : { ca: [...rootCertificates, ...own, ...fromFile] };
}

function readIfThere(file: string): string[] {
  try {
    return [readFileSync(file, "utf8")];
  } catch {
    // Node itself only warns of such a file.
    return [];
  }
}
