import { homedir } from "node:os";
import { join } from "node:path";

import { type NpmSettings, readNpmSettings } from "@framewright/local-cdn/npm-settings";
import type { z } from "zod";

import { VARIABLES } from "./config-variables.ts";
import { isLoopbackHost } from "./http/loopback-host.ts";
import { type Given, givenFor, isHyperframesVariable } from "./hyperframes-variables.ts";
import { nearestWord } from "./plan/nearest-word.ts";

type Variables = typeof VARIABLES;

/** The service's configuration: paths are absolute, times are in milliseconds, sizes in bytes. */
export type Config = { readonly [K in keyof Variables]: z.output<Variables[K]["schema"]> };

/** For the README, which is checked against it. */
export const CONFIG_VARIABLES: readonly {
  readonly name: string;
  /** As it would be written in the environment; null when there is none. */
  readonly default: string | null;
  /** With the unit, where there is one. */
  readonly description: string;
}[] = Object.values(VARIABLES).map(({ name, default: fallback, description }) => ({
  name,
  default: fallback,
  description,
}));

/** Says what is wrong with the environment, one line per variable. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join("\n"));
    this.lines = lines;
  }
}

/** Kubernetes sets these in every pod next to a service that is named `producer`. */
const SERVICE_LINK = /^PRODUCER_(SERVICE_(HOST|PORT(_.+)?)|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$/;
const SERVICE_LINK_HINT = " (set by Kubernetes for a service named producer: use enableServiceLinks: false)";

type Environment = Readonly<Record<string, string | undefined>>;

function unknownVariables(env: Environment): string[] {
  const known = CONFIG_VARIABLES.map(({ name }) => name);
  return Object.keys(env)
    .filter((name) => name.startsWith("PRODUCER_") && !known.includes(name) && !SERVICE_LINK.test(name))
    .filter((name) => !isHyperframesVariable(name))
    .map((name) => `${name}: there is no such variable; did you mean ${nearestWord(name, known)}?`);
}

function complain({ name, value }: Given, complaint: string, isHidden: boolean): string {
  const hint = value.startsWith("tcp://") ? SERVICE_LINK_HINT : "";
  const shown = isHidden ? "" : `, got ${JSON.stringify(value)}`;
  return `${name}: ${complaint}${shown}${hint}`;
}

/** Reads and checks every variable. Throws ConfigError. An empty variable counts as not set. */
export function readConfig(env: Environment): Config {
  const lines: string[] = [];
  const read = ([key, variable]: [string, Variables[keyof Variables]]) => {
    const given = givenFor(env, variable.name);
    const parsed = variable.schema.safeParse(given?.value ?? variable.default ?? undefined);
    if (parsed.success) return [key, parsed.data];
    const complaint = parsed.error.issues[0]?.message ?? "";
    lines.push(given ? complain(given, complaint, "isHidden" in variable) : `${variable.name}: ${complaint}`);
    return [key, undefined];
  };
  const config = Object.fromEntries(Object.entries(VARIABLES).map(read));
  lines.push(...unknownVariables(env));
  if (lines.length > 0) throw new ConfigError(lines);
  // Object.fromEntries forgets the types of the values: each was parsed by its own variable's schema above.
  const checked = config as Config;
  if (isOpenToAll(checked)) throw new ConfigError([OPEN_TO_ALL]);
  if (checked.role !== "all" && checked.databaseUrl === undefined) throw new ConfigError([ALONE]);
  return checked;
}

const OPEN_TO_ALL =
  "PRODUCER_HOST: other machines could use the service without a key: set PRODUCER_API_KEYS (`framewright key` makes one), or PRODUCER_ALLOW_ANONYMOUS=true where the network is trusted";

const ALONE =
  "PRODUCER_ROLE: an API without workers, or workers without an API, share a database with others: set DATABASE_URL";

function isOpenToAll({ role, host, apiKeys, allowAnonymous }: Config): boolean {
  return role !== "worker" && !isLoopbackHost(host) && apiKeys.length === 0 && !allowAnonymous;
}

/** This process's environment, with `overrides` over it. */
export function readEnvironment(overrides: Environment): Environment {
  return { ...process.env, ...overrides };
}

/** Where programs are looked for, where those from npm are unpacked, and how npm's registry is reached. */
export function readMachine(env: Environment): { searchPath: string; cacheDir: string; npm: NpmSettings } {
  const caches = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return { searchPath: env["PATH"] ?? "", cacheDir: join(caches, "framewright"), npm: readNpmSettings(env) };
}
