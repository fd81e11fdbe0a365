import { describe, expect, it } from "vitest";

import { ConfigError, readConfig } from "../../src/config.ts";
import { checkLink, signLink } from "../../src/store/signed-link.ts";
import { parseStoreUrl } from "../../src/store/store-url.ts";

describe("signed links", () => {
  const secret = "a secret of the service";
  const now = new Date("2030-01-01T00:00:00Z");
  const later = new Date(now.getTime() + 60_000);
  const path = "/v1/renders/abc/artifact";
  const urlOf = (link: string): URL => new URL(link, "http://service.example");
  const check = (link: string, at = now): string => checkLink(urlOf(link), secret, at);

  it("are valid until they expire", () => {
    const link = signLink(path, later, secret);
    expect(check(link)).toBe("valid");
    expect(check(`${link}&download=0`)).toBe("valid");
    expect(check(link, new Date(later.getTime() - 1))).toBe("valid");
    expect(check(link, later)).toBe("expired");
  });

  it("hold for one path, one time and one secret", () => {
    const link = signLink(path, later, secret);
    expect(check(link.replace("abc", "abd"))).toBe("invalid");
    expect(check(link.replace(/expires=\d+/, (text) => `${text}0`))).toBe("invalid");
    expect(check(link.replace(/expires=\d+&/, ""))).toBe("invalid");
    expect(check(`${link}&expires=99999999999`)).toBe("invalid");
    expect(check(`${link}&signature=x`)).toBe("invalid");
    expect(check(link.replace(/signature=.*/, "signature="))).toBe("invalid");
    expect(checkLink(urlOf(link), "another secret", now)).toBe("invalid");
    expect(check(path)).toBe("unsigned");
  });

  it("carry an expiry that cannot be made up", () => {
    const forged = signLink(path, later, secret).replace(/expires=\d+/, "expires=Infinity");
    expect(check(forged)).toBe("invalid");
  });
});

describe("the URL of a store", () => {
  it.each([
    ["s3://bucket", { kind: "s3", bucket: "bucket", prefix: "" }],
    ["s3://bucket/", { kind: "s3", bucket: "bucket", prefix: "" }],
    ["s3://my.bucket-1/some//where", { kind: "s3", bucket: "my.bucket-1", prefix: "some/where/" }],
    ["file:///mnt/shared%20files/", { kind: "folder", dir: "/mnt/shared files" }],
  ])("%s is taken", (url, location) => {
    expect(parseStoreUrl(url)).toEqual(location);
  });

  it.each([
    "",
    "bucket",
    "s3://",
    "s3://a/../b",
    "s3://a b/c",
    "file://host/dir",
    "file:dir",
    "http://x/y",
    "file:///%zz",
  ])("%s is not", (url) => {
    expect(parseStoreUrl(url)).toBeNull();
  });
});

describe("the configuration of the store", () => {
  it("is read, with defaults for what is left out", () => {
    const config = readConfig({
      PRODUCER_STORE_URL: "s3://b-1/p",
      PRODUCER_S3_ENDPOINT: "http://minio:9000",
    });
    expect(config).toMatchObject({
      storeUrl: { kind: "s3", bucket: "b-1", prefix: "p/" },
      s3Endpoint: "http://minio:9000",
      s3Region: "us-east-1",
      s3PathStyle: true,
      s3Redirect: false,
      retentionBytes: undefined,
    });
    expect(readConfig({}).storeUrl).toBeUndefined();
  });

  it("says what is wrong with it", () => {
    const env = {
      PRODUCER_STORE_URL: "ftp://x",
      PRODUCER_S3_ENDPOINT: "minio:9000",
      PRODUCER_LINK_SECRET: "short",
    };
    const read = (): unknown => readConfig(env);
    expect(read).toThrow(ConfigError);
    for (const line of [
      /^PRODUCER_STORE_URL: expected s3:\/\/bucket\/prefix or file:\/\/\/folder, got/m,
      /^PRODUCER_S3_ENDPOINT: expected an http or https URL, got/m,
      /^PRODUCER_LINK_SECRET: expected at least 16 characters$/m,
    ]) {
      expect(read).toThrow(line);
    }
  });
});
