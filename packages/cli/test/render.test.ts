import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { ProblemError, toProblem } from "@framewright/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { FakeService } from "../../client/test/fake-service.ts";
import { command } from "./command.ts";
import { readUpload, type Script, startFakeRenders, VIDEO } from "./fake-renders.ts";
import { temporaryProject } from "./temporary-project.ts";

let dir: string;
let remove: () => Promise<void>;
let service: FakeService | undefined;
beforeEach(async () => {
  ({ dir, remove } = await temporaryProject({ "card/index.html": "<p>" }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service?.close();
  await remove();
});

async function render(script: Script, flags: string[] = [], options = {}) {
  service = await startFakeRenders(script);
  const args = ["render", join(dir, "card"), "-o", join(dir, "out/deep/card.mp4"), "--server", service.url];
  return await command([...args, ...flags], options);
}

describe("render", () => {
  it("writes the video and prints the verdict, the path and the size", async () => {
    const { code, stdout } = await render({});
    expect(code).toBe(0);
    expect((await readFile(join(dir, "out/deep/card.mp4"))).equals(VIDEO)).toBe(true);
    expect(stdout).toBe(
      "✓ verified: 180 frames, 6.000 s, 1280×720, 30 fps, h264, 6 checks passed\n" +
        `${join(dir, "out/deep/card.mp4")}: 150.0 kB, 6.000 s of video, 180 frames rendered in 7.5 s\n`,
    );
  });

  it("sends the flags with the project", async () => {
    await render({}, ["--fps", "60", "--range", "0-90", "--idempotency-key", "k1", "--quality", "high"]);
    const { request, project } = await readUpload(service!);
    expect(request).toEqual({
      entryFile: "index.html",
      format: "mp4",
      fps: "60",
      quality: "high",
      range: { startFrame: 0, endFrame: 90 },
    });
    expect(project.subarray(0, 2).toString("hex")).toBe("1f8b");
    expect(service!.received[0]?.headers["idempotency-key"]).toBe("k1");
  });

  it("sends the API key of its flag, or else of its environment, with every request", async () => {
    const keysOf = () => new Set(service!.received.map(({ headers }) => headers.authorization));
    await render({});
    expect(keysOf()).toEqual(new Set([undefined]));
    await service!.close();
    vi.stubEnv("FRAMEWRIGHT_API_KEY", "fw_env");
    await render({});
    expect(keysOf()).toEqual(new Set(["Bearer fw_env"]));
    await service!.close();
    await render({}, ["--api-key", "fw_flag"]);
    expect(keysOf()).toEqual(new Set(["Bearer fw_flag"]));
  });

  it("prints a plain line for each stage and each tenth where there is no terminal", async () => {
    const { stderr } = await render({});
    const lines = stderr.trimEnd().split("\n");
    expect(lines[0]).toBe("queued    2 ahead");
    expect(lines[1]).toBe("plan      waiting for fonts: Inter 700");
    expect(lines[2]).toBe("capture     1 %  3/180 frames  30.0 frames/s  3 s left");
    expect(lines.filter((line) => line.startsWith("capture"))).toHaveLength(11);
    expect(lines.at(-1)).toContain("100 %  180/180 frames");
  });

  it("draws one live line on a terminal, never wider than it, and takes it away at the end", async () => {
    const { stderr } = await render({}, [], { isTTY: true, columns: 60 });
    const draws = stderr.split("\r\u001B[K");
    expect(stderr).not.toContain("\n");
    expect(draws.at(-1)).toBe("");
    expect(draws.some((draw) => draw.includes("████████████░░░░░░░░░░░░   50 %  90/180"))).toBe(true);
    for (const draw of draws) expect(draw.length).toBeLessThan(60);
  });

  it("prints nothing but a JSON object a line with --json", async () => {
    const { code, stdout, stderr } = await render({}, ["--json"]);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(lines).toHaveLength(64);
    expect(lines.at(-2)).toMatchObject({ type: "finished", render: { state: "succeeded" } });
    expect(lines.at(-1)).toMatchObject({
      type: "result",
      renderId: "r1",
      file: join(dir, "out/deep/card.mp4"),
      bytes: VIDEO.length,
      verdict: { passed: true },
    });
  });
});

describe("a render that fails", () => {
  const evidence = { console: ["boom \u001B]0;x\u0007"], pending: ["image: a.png"] };
  const neverReady = toProblem(
    new ProblemError("page-not-ready", "The page was not ready after 30 s.", { evidence }),
    "q7",
  );

  it("shows what, why, the evidence and the remedy, and exits 1", async () => {
    const { code, stdout, stderr } = await render({ problem: neverReady });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(
      [
        "✗ The page did not become ready in time [page-not-ready]",
        "  The page was not ready after 30 s.",
        "  Still waiting for:",
        "    image: a.png",
        "  The page's console:",
        "    boom ",
        `  → ${neverReady.remedy}`,
        "  requestId q7",
      ].join("\n"),
    );
    expect(await readdir(join(dir, "out/deep"))).toEqual([]);
  });

  it("shows each check of a file that does not match its plan", async () => {
    const problem = toProblem(new ProblemError("verify-failed", "1 check failed."));
    const { code, stdout } = await render({ problem, isShort: true });
    expect(code).toBe(1);
    expect(stdout).toContain("✗ not verified:\n  ✗ packets: expected 180, got 179\n  ✓ codec: h264\n");
  });

  it("ends with a JSON object of type error with --json", async () => {
    const { code, stdout } = await render({ problem: neverReady }, ["--json"]);
    expect(code).toBe(1);
    const last: unknown = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(last).toEqual({ type: "error", exitCode: 1, problem: neverReady });
  });

  it.each([
    ["range-invalid", 2],
    ["queue-full", 1],
    ["duration-infinite", 1],
    ["internal", 1],
  ] as const)("exits after a refusal with %s with %i", async (code, exitCode) => {
    const outcome = await render({ refusal: toProblem(new ProblemError(code, "Because.")) });
    expect(outcome.code).toBe(exitCode);
    expect(outcome.stderr).toContain(`[${code}]`);
  });

  it("exits 1 when the service cannot be reached", async () => {
    const gone = await startFakeRenders();
    await gone.close();
    const args = ["render", join(dir, "card"), "-o", join(dir, "a.mp4"), "--server", gone.url];
    const { code, stderr } = await command(args);
    expect(code).toBe(1);
    expect(stderr).toContain("[connection-failed]");
  });
});

describe("a place that cannot be written to", () => {
  it.each(["/proc/x.mp4", "/proc/no/such/x.mp4"])(
    "such as %s exits 2 before anything is done",
    async (file) => {
      service = await startFakeRenders();
      const args = ["render", join(dir, "card"), "-o", file, "--server", service.url];
      const { code, stderr } = await command(args);
      expect(code).toBe(2);
      expect(stderr).toContain(`folder of -o ${file}`);
      expect(service.received).toEqual([]);
    },
  );

  it("leaves nothing of the check behind where one can write", async () => {
    await render({ problem: toProblem(new ProblemError("internal", "Because.")) });
    expect((await readdir(dir, { recursive: true })).sort()).toEqual([
      "card",
      "card/index.html",
      "out",
      "out/deep",
    ]);
  });
});

describe("a command line that is wrong", () => {
  it.each([
    [["render", "-o", "a.mp4"], "missing required argument 'input'"],
    [["render", "."], "-o, --output"],
    [["render", ".", "-o", "a.mp4", "--speed", "9"], "unknown option '--speed'"],
    [["rendr"], "unknown command 'rendr'"],
    [["render", ".", "-o", "a.avi"], ".mp4"],
    [["render", ".", "-o", "a.png", "--format", "webm"], ".webm"],
    [["render", ".", "-o", "a.mp4", "--codec", "vp9"], "mp4 takes h264 or h265 or av1, not vp9"],
    [["render", ".", "-o", "a.mp4", "--fps", "x"], "--fps"],
    [["plan", "/no/such/folder"], "does not exist"],
    [["plan", join(import.meta.dirname, "../../../examples/title-card"), "--server", "nowhere"], "--server"],
  ])("%j exits 2 and says why", async (args, detail) => {
    const { code, stdout, stderr } = await command(args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("[bad-input]");
    expect(stderr).toContain(detail);
  });

  it("is told as JSON too", async () => {
    const { stdout, stderr } = await command(["render", "--json"]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ type: "error", exitCode: 2 });
  });

  it("without a command gets the help", async () => {
    const { code, stderr } = await command([]);
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: framewright");
  });

  it("that asks for help exits 0", async () => {
    const { code, stdout } = await command(["render", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--variables <json>");
  });
});

describe("plan", () => {
  it("prints the facts", async () => {
    service = await startFakeRenders();
    const { code, stdout } = await command(["plan", join(dir, "card"), "--server", service.url]);
    expect(code).toBe(0);
    expect(stdout).toContain("picture      1280×720 at 30 frames per second\n");
    expect(stdout).toContain("frames       180 (0 to 180, end exclusive)\n");
  });

  it("prints the plan as it is with --json", async () => {
    service = await startFakeRenders();
    const { stdout } = await command(["plan", join(dir, "card"), "--server", service.url, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ frames: 180, chunks: [{ index: 0 }] });
  });
});
