import npmFetch, { type Options } from "npm-registry-fetch";
import { z } from "zod";

import { LibraryFault } from "../library-fault.ts";
import type { NpmSettings } from "../npm-settings.ts";
import { fetchOptions } from "./fetch-options.ts";
import { newest } from "./versions.ts";

/** One request to the registry may take so long, with all that it sends. */
const ANSWER_MS = 15_000;

/** What fails in passing is tried once more. Times in milliseconds. */
const RETRY = {
  fetchRetries: 1,
  fetchRetryFactor: 2,
  fetchRetryMintimeout: 200,
  fetchRetryMaxtimeout: 1_000,
};

const PACKUMENT = z.object({
  "dist-tags": z.record(z.string(), z.string()).default({}),
  versions: z.record(
    z.string(),
    z.object({
      dist: z.object({
        tarball: z.string(),
        integrity: z.string().optional(),
        shasum: z.string().optional(),
      }),
    }),
  ),
});

/** What the registry says of a package. */
export type Packument = z.infer<typeof PACKUMENT>;

export interface Tarball {
  readonly url: string;
  /** As in `integrity` attributes; what comes is checked against it. */
  readonly integrity: string;
}

/** The npm registry, within a time limit for each request. Its failures are LibraryFaults. */
export interface Registry {
  /** @throws LibraryFault `library-unknown-package`, `library-registry-unreachable` */
  packument(name: string): Promise<Packument>;
  /** The bytes of a tarball, checked. @throws LibraryFault `library-integrity`, `library-registry-unreachable` */
  tarball(name: string, tarball: Tarball): Promise<Buffer>;
}

const hexToIntegrity = (sha1: string): string => `sha1-${Buffer.from(sha1, "hex").toString("base64")}`;

/** Where a version's bytes are, and what they must be. */
export function tarballOf(packument: Packument, version: string): Tarball | null {
  const { tarball, integrity, shasum } = packument.versions[version]?.dist ?? {};
  const known = integrity ?? (shasum === undefined ? undefined : hexToIntegrity(shasum));
  return tarball === undefined || known === undefined ? null : { url: tarball, integrity: known };
}

/** The version that a range or a tag means: the newest one that fits, but none beyond the tag `latest` where that fits. */
export function pickVersion(packument: Packument, range: string): string | null {
  const { "dist-tags": tags, versions } = packument;
  const tagged = tags[range === "*" ? "latest" : range];
  if (tagged !== undefined && versions[tagged]) return tagged;
  const { latest } = tags;
  if (latest !== undefined && newest([latest], range) !== null) return latest;
  return newest(Object.keys(versions), range);
}

/** Opens the registry that npm is set up for. One that did not answer is not asked again. */
export function openRegistry(settings: NpmSettings, signal: AbortSignal): Registry {
  const base: Options = { ...fetchOptions(settings), ...RETRY };
  const asked = new Map<string, Promise<Packument>>();
  let unreachable: LibraryFault | null = null;

  const ask = async <T>(name: string, work: (options: Options) => Promise<T>): Promise<T> => {
    if (unreachable) throw unreachable;
    signal.throwIfAborted();
    const late = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      return await work({ ...base, timeout: ANSWER_MS, signal: late });
    } catch (error) {
      signal.throwIfAborted();
      const fault = asFault(error, name, settings);
      if (fault.code === "library-registry-unreachable") unreachable = fault;
      throw fault;
    }
  };
  const read = (name: string): Promise<Packument> =>
    ask(name, async (options) => {
      // The short form, without the texts that only people read.
      const headers = { accept: "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8" };
      const path = `/${name.replace("/", "%2f")}`;
      return PACKUMENT.parse(await npmFetch.json(path, { ...options, headers, spec: name }));
    });
  return {
    packument(name) {
      const reading = asked.get(name) ?? read(name);
      asked.set(name, reading);
      return reading;
    },
    tarball: (name, { url, integrity }) =>
      ask(name, async (options) => {
        const answer = await npmFetch(url, { ...options, integrity });
        return answer.buffer();
      }),
  };
}

/** What a failed request comes to. Neither credentials nor addresses of the operator's network are told. */
function asFault(error: unknown, name: string, settings: NpmSettings): LibraryFault {
  const { code = "unknown", statusCode } = error as { code?: string; statusCode?: number };
  const options = { cause: error };
  if (statusCode === 404) {
    const message = `The npm registry has no package ${name}.`;
    return new LibraryFault(
      "library-unknown-package",
      message,
      "Correct the name in the URL, or ship the file with the project.",
      options,
    );
  }
  if (code === "EINTEGRITY") {
    const message = `What the npm registry sent for ${name} is not what it announced: the integrity differs.`;
    return new LibraryFault(
      "library-integrity",
      message,
      "Check the registry and what is between it and the service.",
      options,
    );
  }
  const host = URL.parse(String(settings["registry"] ?? ""))?.host ?? "the npm registry";
  const how = statusCode === undefined ? code : `HTTP ${statusCode}`;
  const message = `The npm registry (${host}) could not be asked for ${name}: ${how}.`;
  const remedy =
    "Check that the service reaches its npm registry, run `framewright vendor` where one is reached, or ship the file with the project.";
  return new LibraryFault("library-registry-unreachable", message, remedy, options);
}
