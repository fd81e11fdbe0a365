import { resolve } from "node:path";

import { z } from "zod";

import { parseApiKey } from "./access/api-keys.ts";
import { parseAllowedHosts } from "./files/allowed-hosts.ts";
import { parseStoreUrl } from "./store/store-url.ts";
import { parseSecret } from "./webhooks/secret.ts";

function number(min: number, max: number) {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
}

function decimal(min: number, max: number) {
  const expected = `expected a number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
}

const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.string().pipe(z.enum(values, `expected one of: ${values.join(", ")}`));

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

/** The complaint about a pattern of hosts, or null when it is one. */
function hostFault(pattern: string): string | null {
  try {
    parseAllowedHosts([pattern]);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const EXPECTED_HOSTS = "expected hosts like cdn.example.com, *.example.com or example.com:8443";

const hosts = list.superRefine((patterns, context) => {
  const fault = patterns.map(hostFault).find((found) => found !== null);
  if (fault !== undefined) context.addIssue(`${EXPECTED_HOSTS}: ${fault.replace(/\.$/, "")}`);
});

const storeUrl = z.string().transform((text, context) => {
  const location = parseStoreUrl(text);
  if (location !== null) return location;
  context.addIssue("expected s3://bucket/prefix or file:///folder");
  return z.NEVER;
});

const apiKeys = list.transform((entries, context) =>
  entries.flatMap((entry, index) => {
    const key = parseApiKey(entry);
    if (key === null) context.addIssue(`expected tenant:sha256-of-the-key in hex; entry ${index + 1} is not`);
    return key ?? [];
  }),
);

const webhookSecret = z.string().transform((text, context) => {
  const secret = parseSecret(text);
  if (secret === null) context.addIssue("expected whsec_ and 24 to 64 bytes in base64");
  return secret ?? z.NEVER;
});

/** Less than a browser with an empty page needs would end every worker. */
export const MIN_WORKER_BYTES = 256 * 2 ** 20;

/** A timer of Node that is set to more than 2^31 ms, some 24.8 days, fires at once. */
const MAX_SECONDS = 24 * 86_400;

/** The kinds of values that a variable can have. */
export const kinds = {
  text: z.string(),
  path: z.string().transform((path) => resolve(path)),
  choice,
  number,
  port: number(0, 65_535),
  bytes: number(1, Number.MAX_SAFE_INTEGER),
  /** Given in seconds, read in milliseconds. */
  seconds: number(1, MAX_SECONDS).transform((seconds) => seconds * 1000),
  flag: choice("true", "false", "1", "0").transform((value) => value === "true" || value === "1"),
  hosts,
  apiKeys,
  webhookSecret,
  databaseUrl: z
    .string()
    .refine(
      (text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text),
      "expected a URL like postgres://user:password@host:5432/database",
    ),
  httpUrl: z
    .string()
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), "expected an http or https URL"),
  /** Shorter ones could be guessed. */
  secret: z.string().min(16, "expected at least 16 characters"),
  storeUrl,
  /** Seconds, or null for what the service finds best. */
  autoSeconds: z.union(
    [z.literal("auto").transform(() => null), decimal(0.1, 600)],
    "expected auto, or a number from 0.1 to 600",
  ),
  autoBytes: z.union(
    [z.literal("auto"), number(MIN_WORKER_BYTES, Number.MAX_SAFE_INTEGER)],
    `expected auto, or a whole number from ${MIN_WORKER_BYTES}`,
  ),
  /** A bound that may be none: the greatest number. */
  limit: z.union(
    [z.literal("none").transform(() => Number.MAX_SAFE_INTEGER), number(1, 1_000_000_000)],
    "expected none, or a whole number from 1 to 1000000000",
  ),
  workers: z.union([z.literal("auto"), number(1, 256)], "expected auto, or a whole number from 1 to 256"),
};

/** A variable that always has a value: its default is written as it would be in the environment. */
export function variable<S extends z.ZodType<unknown, string>>(
  name: `PRODUCER_${string}` | "DATABASE_URL",
  schema: S,
  fallback: string,
  description: string,
) {
  return { name, schema, default: fallback, description };
}

/** A variable that may be left out. */
export function optional<S extends z.ZodType<unknown, string>>(
  name: `PRODUCER_${string}` | "DATABASE_URL",
  schema: S,
  description: string,
) {
  return { name, schema: schema.optional(), default: null, description };
}

/** A variable whose value is never shown. */
export function hidden<V extends object>(declared: V): V & { readonly isHidden: true } {
  return { ...declared, isHidden: true };
}
