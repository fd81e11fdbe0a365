import type { Options } from "npm-registry-fetch";

import type { NpmSettings } from "../npm-settings.ts";

/** The settings in the names of the library that fetches. */
export function fetchOptions(settings: NpmSettings): Options {
  const {
    "https-proxy": httpsProxy,
    noproxy,
    "strict-ssl": strictSSL,
    "local-address": localAddress,
    ...rest
  } = settings;
  return {
    ...rest,
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noproxy !== undefined && { noProxy: noproxy }),
    ...(strictSSL !== undefined && { strictSSL }),
    ...(localAddress !== undefined && { localAddress }),
  } as Options;
}
