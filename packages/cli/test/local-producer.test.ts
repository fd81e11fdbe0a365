import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { ProblemError, toProblem } from "@framewright/contract";
import type { ChaosFinding, DoctorCheck } from "@framewright/producer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { interrupted } from "../src/failure.ts";
import type { ProducerModule } from "../src/local-producer.ts";
import { command } from "./command.ts";
import { type Script, startFakeRenders } from "./fake-renders.ts";
import { temporaryProject } from "./temporary-project.ts";

interface Log {
  env: Record<string, string>;
  closed: number;
  cancelled: boolean;
}

/** Stands in for the real module: it starts a fake service, and keeps what it was asked. */
function producerOf(
  script: Script,
  checks: DoctorCheck[] = [],
  findings: ChaosFinding[] = [],
): ProducerModule & { log: Log } {
  const log: Log = { env: {}, closed: 0, cancelled: false };
  return {
    log,
    async startProducer({ env }) {
      log.env = env;
      await mkdir(env["PRODUCER_DATA_DIR"] ?? "", { recursive: true });
      const service = await startFakeRenders(script);
      return {
        url: service.url,
        healthUrl: null,
        close: async () => {
          log.closed += 1;
          log.cancelled = service.received.some(({ method }) => method === "DELETE");
          await service.close();
        },
      };
    },
    readLibrary: () => Promise.resolve(null),
    async *runDoctor() {
      yield* checks;
    },
    async *runChaos() {
      yield* findings;
    },
  };
}

let dir: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ dir, remove } = await temporaryProject({ "card/index.html": "<p>" }));
});
afterEach(async () => {
  await remove();
});

const renderArgs = () => ["render", join(dir, "card"), "-o", join(dir, "card.mp4")];

describe("without --server", () => {
  it("a producer runs for the call, on free ports and with its data in a folder that is gone afterwards", async () => {
    const producer = producerOf({});
    const { code } = await command(renderArgs(), { producer });
    expect(code).toBe(0);
    expect(producer.log.closed).toBe(1);
    expect(producer.log.env).toMatchObject({ PRODUCER_PORT: "0", PRODUCER_HEALTH_PORT: "0" });
    expect(producer.log.env).toMatchObject({
      DATABASE_URL: "",
      PRODUCER_STORE_URL: "",
      PRODUCER_API_KEYS: "",
    });
    expect(existsSync(dirname(producer.log.env["PRODUCER_DATA_DIR"] ?? "/"))).toBe(false);
  });

  it("it is closed after a failure too", async () => {
    const producer = producerOf({ problem: toProblem(new ProblemError("page-crashed", "Gone.")) });
    expect((await command(renderArgs(), { producer })).code).toBe(1);
    expect(producer.log.closed).toBe(1);
  });

  it("an interrupt cancels the render, closes the producer and leaves nothing behind", async () => {
    const producer = producerOf({ endless: true });
    const controller = new AbortController();
    setTimeout(() => controller.abort(interrupted("SIGINT")), 300);
    const { code, stderr } = await command(renderArgs(), { producer, signal: controller.signal });
    expect(code).toBe(130);
    expect(stderr).toContain("[interrupted]");
    expect(producer.log).toMatchObject({ closed: 1, cancelled: true });
    expect(existsSync(dirname(producer.log.env["PRODUCER_DATA_DIR"] ?? "/"))).toBe(false);
    expect(await readdir(dir)).toEqual(["card"]);
  });

  it("a producer that does not start is told with its remedy", async () => {
    const producer = producerOf({});
    producer.startProducer = async () => {
      throw new ProblemError("browser-missing", "There is no browser.");
    };
    const { code, stderr } = await command(renderArgs(), { producer });
    expect(code).toBe(1);
    expect(stderr).toContain("[browser-missing]");
    expect(stderr).toContain("→ Run `framewright doctor`");
  });
});

describe("doctor", () => {
  const fine: DoctorCheck = { name: "browser", status: "ok", detail: "chromium 156" };
  const broken: DoctorCheck = { name: "ffmpeg", status: "fail", detail: "none", remedy: "Install it." };

  it("prints a line for each check, and exits 0 when none failed", async () => {
    const warned: DoctorCheck = { name: "disk", status: "warn", detail: "2 GB free" };
    const { code, stdout } = await command(["doctor"], { producer: producerOf({}, [fine, warned]) });
    expect(code).toBe(0);
    expect(stdout).toBe("✓ browser        chromium 156\n! disk           2 GB free\n");
  });

  it("shows the remedy and exits 1 when one failed", async () => {
    const { code, stdout, stderr } = await command(["doctor"], { producer: producerOf({}, [broken, fine]) });
    expect(code).toBe(1);
    expect(stdout).toContain("✗ ffmpeg         none\n                 → Install it.\n✓ browser");
    expect(stderr).toContain("Failed: ffmpeg.");
  });

  it("prints JSON lines with --json", async () => {
    const { stdout } = await command(["doctor", "--json"], { producer: producerOf({}, [fine, broken]) });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      "check",
      "check",
      "error",
    ]);
  });
});

describe("doctor --chaos", () => {
  const common = { guarantee: "the lost frames are rendered again", boundMs: 5_000 };
  const held: ChaosFinding = {
    ...common,
    fault: "kill -9 of ffmpeg",
    held: true,
    recoveryMs: 1_234,
    complaint: null,
  };
  const lost: ChaosFinding = {
    ...common,
    fault: "kill -9 of the browser",
    held: false,
    recoveryMs: null,
    complaint: "the video has 3 frames",
  };

  it("prints a row for each guarantee, and exits 0 when all held", async () => {
    const { code, stdout } = await command(["doctor", "--chaos"], { producer: producerOf({}, [], [held]) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^fault +guarantee +recovery +bound/);
    expect(stdout).toMatch(
      /\nkill -9 of ffmpeg +the lost frames are rendered again +1\.23 s +5\.00 s {2}✓ held\n$/,
    );
  });

  it("says what did not hold and exits 1", async () => {
    const producer = producerOf({}, [], [lost, held]);
    const { code, stdout, stderr } = await command(["doctor", "--chaos"], { producer });
    expect(code).toBe(1);
    expect(stdout).toContain("✗ not held\n  → the video has 3 frames\nkill -9 of ffmpeg");
    expect(stderr).toContain("Did not hold: kill -9 of the browser.");
    expect(stderr).toContain("→ Run it again while the machine is idle.");
  });

  it("prints JSON lines with --json", async () => {
    const { stdout } = await command(["doctor", "--chaos", "--json"], {
      producer: producerOf({}, [], [held, lost]),
    });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { type: "guarantee", ...held },
      { type: "guarantee", ...lost },
      { type: "error", exitCode: 1 },
    ]);
  });
});
