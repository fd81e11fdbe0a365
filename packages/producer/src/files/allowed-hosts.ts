/** Whether a host, as URLs spell it, may be contacted on a port. */
export type AllowsHost = (host: string, port: number) => boolean;

const PATTERN = /^(?<wild>\*\.)?(?<host>\[[\da-f:.]+\]|[^\s*:/?#@\\[\]]+)(?::(?<port>\d{1,5}))?$/i;

/** What a host without a listed port may be reached on: http and https, and with them ws and wss. */
const DEFAULT_PORTS: readonly number[] = [80, 443];

/**
 * Reads patterns of hosts: `cdn.example.com`, `*.example.com` (its subdomains only), either with `:port`.
 * Throws an Error that quotes the first pattern that is none of these.
 */
export function parseAllowedHosts(patterns: readonly string[]): AllowsHost {
  const rules = patterns.map(parsePattern);
  return (host, port) => rules.some((allows) => allows(host, port));
}

function parsePattern(pattern: string): AllowsHost {
  const { wild, host, port } = PATTERN.exec(pattern.trim())?.groups ?? {};
  const spelled = host === undefined ? undefined : URL.parse(`http://${host}`)?.hostname;
  if (spelled === undefined) throw new Error(`"${pattern}" is not a host, nor a pattern like *.example.com.`);
  const wanted = bareHost(spelled);
  const ports = port === undefined ? DEFAULT_PORTS : [Number(port)];
  const fits = (asked: string) => (wild === undefined ? asked === wanted : asked.endsWith(`.${wanted}`));
  return (asked, askedPort) => fits(asked) && ports.includes(askedPort);
}

/** A URL's hostname without the brackets of IPv6 and without the root's dot. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}
