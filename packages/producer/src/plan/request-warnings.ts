import type { Warning } from "@framewright/contract";
import type { FailedRequest } from "@framewright/engine";

import type { RefusedRequest } from "../files/egress-record.ts";

/** What there is to say of a request that the service's proxy did not let out, or could not. */
const REFUSED: Record<RefusedRequest["why"], (url: string, refusal: RefusedRequest) => Warning> = {
  "not-allowed": (url) => ({
    code: "request-refused",
    message: `The page asked for ${url}, which is not allowed.`,
    remedy: `Ship the file with the project, or add ${hostOf(url)} to PRODUCER_ALLOWED_HOSTS.`,
  }),
  "not-public": (url) => ({
    code: "request-refused",
    message: `The page asked for ${url}, whose address is not public.`,
    remedy: "Ship the file with the project: a page may contact public hosts only, whatever is configured.",
  }),
  unreachable: (url, { reason }) => ({
    code: "request-failed",
    message: `The page asked for ${url}, which failed: ${reason}`,
    remedy: "Correct the address, or ship the file with the project.",
  }),
};

function failedWarning(url: string, reason: string): Warning {
  return {
    code: "request-failed",
    message: `The page asked for ${url}, which failed: ${reason}.`,
    remedy: /\/node_modules\//.test(url)
      ? "Copy the library into a folder of the project: node_modules is not sent with it, but for what an HTML, CSS or script file of the project names there."
      : "Correct the address, or add the missing file to the project.",
  };
}

/** What failed of the page's own first, then what was refused. */
export function requestWarnings(
  failed: readonly FailedRequest[],
  refusals: readonly RefusedRequest[],
): Warning[] {
  const byAuthority = new Map(refusals.map((refusal) => [authorityOf(refusal.target), refusal]));
  const warnings = failed.map(({ url, reason, refused, frames }): Warning => {
    const refusal = refused ? byAuthority.get(authorityOf(url)) : undefined;
    const warning = refusal ? REFUSED[refusal.why](url, refusal) : failedWarning(url, reason);
    return { ...warning, ...(frames && { frames }) };
  });
  const isRefusal = ({ code }: Warning): boolean => code === "request-refused";
  return [...warnings.filter((warning) => !isRefusal(warning)), ...warnings.filter(isRefusal)];
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "its host";
}

/** Host and port: all that is known of a request through a tunnel, and what every refusal is about. */
function authorityOf(target: string): string {
  const url = target.includes("://") ? URL.parse(target) : null;
  if (url === null) return target;
  const isSecure = url.protocol === "https:" || url.protocol === "wss:";
  return `${url.hostname}:${url.port || (isSecure ? 443 : 80)}`;
}
