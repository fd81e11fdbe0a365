import { resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { CONFIG_VARIABLES, ConfigError, readConfig } from "../../src/config.ts";
import { unusedVariables } from "../../src/hyperframes-variables.ts";

function linesOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe("readConfig", () => {
  it("has a default for everything that is needed", () => {
    expect(readConfig({})).toMatchObject({
      host: "127.0.0.1",
      port: 9847,
      healthPort: 9848,
      healthWorkerDisabled: false,
      dataDir: resolve(".framewright"),
      projectsRoot: undefined,
      workers: "auto",
      renderTimeoutMs: 3_600_000,
      maxUploadBytes: 2 ** 30,
      allowedHosts: [],
      logFormat: "json",
      drainMs: 25_000,
    });
  });

  it("reads what is set, in the units of the code", () => {
    const config = readConfig({
      PATH: "/bin",
      PRODUCER_PORT: "0",
      PRODUCER_HEALTH_PORT: "",
      PRODUCER_DISABLE_HEALTH_WORKER: "1",
      PRODUCER_WORKERS: "3",
      PRODUCER_READY_TIMEOUT_SECONDS: "5",
      PRODUCER_ALLOWED_HOSTS: "a.example, b.example,",
      PRODUCER_PROJECTS_ROOT: "projects",
    });
    expect(config).toMatchObject({
      port: 0,
      healthPort: 9848,
      healthWorkerDisabled: true,
      workers: 3,
      readyTimeoutMs: 5000,
      allowedHosts: ["a.example", "b.example"],
      projectsRoot: resolve("projects"),
    });
  });

  it.each(["api", "worker"])("refuses the role %s without a database of all", (role) => {
    expect(linesOf({ PRODUCER_ROLE: role })).toEqual([
      expect.stringMatching(/^PRODUCER_ROLE: .*DATABASE_URL/),
    ]);
    expect(linesOf({ PRODUCER_ROLE: role, DATABASE_URL: "postgres://host/database" })).toEqual([]);
    expect(linesOf({ PRODUCER_ROLE: "all" })).toEqual([]);
  });

  it("takes no time that a timer cannot wait for", () => {
    const longest = { PRODUCER_RENDER_TIMEOUT_SECONDS: String(24 * 86_400) };
    expect(readConfig(longest).renderTimeoutMs).toBeLessThan(2 ** 31 - 1);
    const tooLong = { PRODUCER_RENDER_TIMEOUT_SECONDS: String(25 * 86_400) };
    expect(() => readConfig(tooLong)).toThrow(/PRODUCER_RENDER_TIMEOUT_SECONDS/);
  });

  it("says in one line per variable what is wrong and what is expected", () => {
    expect(
      linesOf({
        PRODUCER_PORT: "99999",
        PRODUCER_WORKERS: "many",
        PRODUCER_LOG_LEVEL: "loud",
        PRODUCER_RENDER_TIMEOUT_SECONDS: "-1",
        PRODUCER_MAX_UPLOAD_BYTES: "1e9",
        PRODUCER_DISABLE_HEALTH_WORKER: "yes",
      }),
    ).toEqual([
      'PRODUCER_PORT: expected a whole number from 0 to 65535, got "99999"',
      'PRODUCER_DISABLE_HEALTH_WORKER: expected one of: true, false, 1, 0, got "yes"',
      'PRODUCER_WORKERS: expected auto, or a whole number from 1 to 256, got "many"',
      'PRODUCER_MAX_UPLOAD_BYTES: expected a whole number from 1 to 9007199254740991, got "1e9"',
      'PRODUCER_RENDER_TIMEOUT_SECONDS: expected a whole number from 1 to 2073600, got "-1"',
      'PRODUCER_LOG_LEVEL: expected one of: trace, debug, info, warn, error, fatal, silent, got "loud"',
    ]);
  });

  it("quotes the host that is none, and says what is expected", () => {
    const [line, ...others] = linesOf({ PRODUCER_ALLOWED_HOSTS: "a.example, http://a b, *.b.example:8443" });
    expect(line).toMatch(/^PRODUCER_ALLOWED_HOSTS: expected hosts like .*: "http:\/\/a b" is not a host/);
    expect(others).toEqual([]);
  });

  it("names the variable that a misspelt one was meant to be", () => {
    expect(linesOf({ PRODUCER_QUEUE_LIMITS: "5", PRODUCER_PROT: "1" })).toEqual([
      "PRODUCER_QUEUE_LIMITS: there is no such variable; did you mean PRODUCER_QUEUE_LIMIT?",
      "PRODUCER_PROT: there is no such variable; did you mean PRODUCER_PORT?",
    ]);
  });

  it("takes HyperFrames' variables where one of its own means the same, in its own unit", () => {
    const theirs = {
      PRODUCER_HEADLESS_SHELL_PATH: "/opt/chromium",
      PRODUCER_RENDERS_DIR: "/srv/renders",
      PRODUCER_MAX_CONCURRENT_RENDERS: "3",
      PRODUCER_MAX_WORKERS: "2",
      PRODUCER_OUTPUT_ARTIFACT_TTL_MS: "900000",
      PRODUCER_RENDER_READY_TIMEOUT_MS: "45500",
    };
    expect(readConfig(theirs)).toMatchObject({
      browserPath: "/opt/chromium",
      outputRoot: "/srv/renders",
      tenantRunning: 3,
      workers: 2,
      retentionMs: 900_000,
      readyTimeoutMs: 46_000,
    });
    expect(unusedVariables(theirs)).toEqual([]);
    expect(readConfig({ ...theirs, PRODUCER_WORKERS: "1" }).workers).toBe(1);
    expect(unusedVariables({ ...theirs, PRODUCER_WORKERS: "1" })).toEqual(["PRODUCER_MAX_WORKERS"]);
    expect(linesOf({ PRODUCER_MAX_WORKERS: "many" })).toEqual([
      'PRODUCER_MAX_WORKERS: expected auto, or a whole number from 1 to 256, got "many"',
    ]);
  });

  it("lives with HyperFrames' other variables, and names them", () => {
    const theirs = {
      PRODUCER_TMP_PROJECT_DIR: "/tmp",
      PRODUCER_DISABLE_GPU: "true",
      PRODUCER_FORCE_SCREENSHOT: "",
    };
    expect(linesOf(theirs)).toEqual([]);
    expect(unusedVariables(theirs)).toEqual(["PRODUCER_DISABLE_GPU", "PRODUCER_TMP_PROJECT_DIR"]);
  });

  it("lives with the variables that Kubernetes sets for a service of this name", () => {
    const links = {
      PRODUCER_SERVICE_HOST: "10.0.0.1",
      PRODUCER_SERVICE_PORT: "9847",
      PRODUCER_SERVICE_PORT_HTTP: "9847",
      PRODUCER_PORT_9847_TCP: "tcp://10.0.0.1:9847",
      PRODUCER_PORT_9847_TCP_ADDR: "10.0.0.1",
    };
    expect(linesOf(links)).toEqual([]);
    expect(linesOf({ PRODUCER_PORT: "tcp://10.0.0.1:9847" })[0]).toContain("enableServiceLinks");
  });

  it("describes every variable, and every default is a valid value", () => {
    expect(new Set(CONFIG_VARIABLES.map(({ name }) => name)).size).toBe(CONFIG_VARIABLES.length);
    const defaults = CONFIG_VARIABLES.map(({ name, default: value }) => [name, value ?? undefined]);
    expect(readConfig(Object.fromEntries(defaults))).toEqual(readConfig({}));
    for (const { description } of CONFIG_VARIABLES) expect(description).toMatch(/^[A-Z].+\.$/);
  });
});
