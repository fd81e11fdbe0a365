import { describe, expect, it } from "vitest";

import { parseAllowedHosts } from "../../src/files/allowed-hosts.ts";

describe("allowed hosts", () => {
  const allows = parseAllowedHosts([
    "cdn.example.com",
    "*.fonts.example",
    "Media.Example.COM:8443",
    " bücher.example ",
    "[2606:4700::1111]",
  ]);

  it.each([
    ["cdn.example.com", 443],
    ["cdn.example.com", 80],
    ["a.fonts.example", 443],
    ["a.b.fonts.example", 80],
    ["media.example.com", 8443],
    ["xn--bcher-kva.example", 443],
    ["2606:4700::1111", 443],
  ])("admit %s on port %d", (host, port) => expect(allows(host, port)).toBe(true));

  it.each([
    ["cdn.example.com", 8443],
    ["cdn.example.com", 22],
    ["media.example.com", 443],
    ["fonts.example", 443],
    ["evilfonts.example", 443],
    ["evil-cdn.example.com", 443],
    ["cdn.example.com.evil.test", 443],
    ["x.cdn.example.com", 443],
    ["", 443],
  ])("refuse %j on port %d", (host, port) => expect(allows(host, port)).toBe(false));

  it("admit nothing by default", () => expect(parseAllowedHosts([])("cdn.example.com", 443)).toBe(false));

  it.each([
    "",
    "*",
    "*.",
    "https://cdn.example.com",
    "cdn.example.com/x",
    "a.*.com",
    "user@host",
    "host:port",
    "a b",
  ])("are refused as a setting when they are no host: %j", (pattern) =>
    expect(() => parseAllowedHosts([pattern])).toThrow(`"${pattern}" is not a host`),
  );
});
