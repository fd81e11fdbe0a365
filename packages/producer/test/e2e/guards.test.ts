import type { ProblemCode } from "@framewright/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { plan } from "./api.ts";
import { gsapSource } from "./machine.ts";
import { inlineScript, page, type PageOptions } from "./pages.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";

/** Two seconds after readiness, and what a busy machine takes to start a browser. */
const REFUSED_WITHIN_MS = 5_000;

let service: TestProducer;
let gsap: string;

beforeAll(async () => {
  [service, gsap] = await Promise.all([
    startTestProducer({ PRODUCER_MAX_DURATION_SECONDS: "3600", PRODUCER_MAX_FRAMES: "50000" }),
    gsapSource(),
  ]);
  // The first browser of a machine reads its files from disk.
  await plan(service, { html: page() });
});
afterAll(async () => service[Symbol.asyncDispose]());

interface Case {
  readonly name: string;
  readonly page: PageOptions;
  readonly options?: object;
  readonly code: ProblemCode;
  /** Each is part of the detail: the value, and where it came from. */
  readonly says: readonly string[];
}

const attribute = (name: string, duration: string, code: ProblemCode, says: string): Case => ({
  name: `data-duration ${name}`,
  page: { duration },
  code,
  says: [says, "data-duration"],
});

const hf = (value: string, code: ProblemCode, says: string): Case => ({
  name: `window.__hf.duration ${value}`,
  page: { duration: null, script: `window.__hf = { duration: ${value}, seek() {} }` },
  code,
  says: [says, "window.__hf.duration"],
});

const size = (name: string, given: Partial<PageOptions>, code: ProblemCode, ...says: string[]): Case => ({
  name: `size: ${name}`,
  page: given,
  code,
  says,
});

const CASES: readonly Case[] = [
  attribute("NaN", "NaN", "duration-invalid", '"NaN"'),
  attribute("that is no number", "abc", "duration-invalid", '"abc"'),
  attribute("empty", "", "duration-invalid", '""'),
  attribute("zero", "0", "duration-invalid", '"0"'),
  attribute("negative", "-3", "duration-invalid", '"-3"'),
  attribute("Infinity", "Infinity", "duration-infinite", "Infinity"),
  attribute("-Infinity", "-Infinity", "duration-invalid", '"-Infinity"'),
  attribute("1e10, GSAP's word for endless", "1e10", "duration-infinite", "1e10"),
  attribute("too long", "3601", "duration-too-long", "3601"),
  hf("NaN", "duration-invalid", "NaN"),
  hf("Infinity", "duration-infinite", "Infinity"),
  hf("'12'", "duration-invalid", '"12"'),
  hf("-1", "duration-invalid", "-1"),
  {
    name: "too many frames",
    page: { duration: 1000 },
    options: { fps: 60 },
    code: "frames-too-many",
    says: ["1000 s", "60", "60000", "PRODUCER_MAX_FRAMES", "50000"],
  },
  {
    name: "no duration at all",
    page: { duration: null, body: "still" },
    code: "duration-missing",
    says: ["attribute", "timeline", "window.__hf"],
  },
  {
    name: "nothing but an endless CSS animation",
    page: {
      duration: null,
      head: "<style>@keyframes spin { to { rotate: 1turn } } #wheel { animation: spin 1s infinite }</style>",
      body: '<b id="wheel">*</b>',
    },
    code: "duration-infinite",
    says: ["Infinity", "animation", "spin", "wheel"],
  },
  size("below 16", { width: 15 }, "size-invalid", "15", "data-width", "16"),
  size("above 7680", { height: 8000 }, "size-invalid", "8000", "data-height", "7680"),
  size("odd", { width: 65 }, "size-odd", "65x64"),
  size("no number", { width: "wide" }, "size-invalid", '"wide"', "data-width"),
  size("no whole number", { height: "64.5" }, "size-invalid", "64.5", "data-height"),
  size("only a width", { height: null }, "size-invalid", "data-height"),
  size("only a height", { width: null }, "size-invalid", "data-width"),
  ...(
    [
      [0, "0"],
      [241, "241"],
      ["1000/3", "1000/3"],
    ] as const
  ).map(([fps, says]): Case => ({
    name: `frame rate ${fps}`,
    page: {},
    options: { fps },
    code: "fps-out-of-range",
    says: [says],
  })),
  {
    name: "a range that ends after the composition",
    page: { duration: 1 },
    options: { range: { startFrame: 10, endFrame: 31 } },
    code: "range-invalid",
    says: ["31", "30 frames"],
  },
  {
    name: "a range that begins after its end",
    page: { duration: 1 },
    options: { range: { startSeconds: 0.5, endSeconds: 0.25 } },
    code: "range-invalid",
    says: ["frame 15", "frame 8"],
  },
];

describe("a plan is refused", () => {
  for (const { name, page: given, options, code, says } of CASES) {
    test(name, async () => {
      const { problem, ms } = await plan(service, { html: page(given), ...options });
      expect(problem).toMatchObject({ code, status: 422, retryable: false });
      for (const words of says) expect(problem?.detail).toContain(words);
      expect(problem?.remedy.length).toBeGreaterThan(20);
      expect(ms).toBeLessThan(REFUSED_WITHIN_MS);
    });
  }

  test("a timeline that repeats for ever, with the target and the repeat of the tween", async () => {
    const html = page({
      duration: null,
      head: inlineScript(gsap),
      body: '<b id="wheel">*</b>',
      script: `const timeline = gsap.timeline({ paused: true });
        timeline.to("#wheel", { rotation: 360, duration: 2, repeat: -1 });
        window.__timelines = { main: timeline };`,
    });
    const { problem, ms } = await plan(service, { html });
    expect(problem).toMatchObject({ code: "duration-infinite", owner: "composition" });
    expect(problem?.detail).toMatch(/window\.__timelines\["main"\].*#wheel.*repeat: -1/);
    expect(ms).toBeLessThan(REFUSED_WITHIN_MS);
  });

  test("each of these refusals has words of its own", async () => {
    const details = await Promise.all(
      CASES.slice(0, 6).map(
        async ({ page: given }) => (await plan(service, { html: page(given) })).problem?.detail,
      ),
    );
    expect(new Set(details).size).toBe(6);
  });
});

test("an endless background tween is fine where the root declares its length", async () => {
  const html = page({
    duration: 2,
    head: inlineScript(gsap),
    body: '<b id="wheel">*</b>',
    script: `const timeline = gsap.timeline({ paused: true });
      timeline.to("#wheel", { rotation: 360, duration: 2, repeat: -1 });
      window.__timelines = { main: timeline };`,
  });
  const { plan: made } = await plan(service, { html });
  expect(made).toMatchObject({ durationSeconds: 2, durationSource: "attribute", frames: 60, warnings: [] });
});
