import type { Inspection } from "@framewright/engine";
import { describe, expect, it } from "vitest";

import type { ChunkFindings } from "../../src/renders/review/chunk-findings.ts";
import { review } from "../../src/renders/review/review.ts";

const PLAN = { startFrame: 0, endFrame: 120, fps: "30/1" };
const WHITE = "#ffffff";

interface Seen {
  readonly from?: number;
  readonly to?: number;
  readonly blank?: readonly (readonly [number, number])[];
  readonly changes?: number;
  readonly inspection?: Partial<Inspection>;
  readonly warnings?: ChunkFindings["warnings"];
}

/** A chunk that shows something that moves, but for what is said. */
function chunk({
  from = 0,
  to = 120,
  blank = [],
  changes = 5,
  inspection,
  warnings = [],
}: Seen): ChunkFindings {
  return {
    warnings,
    picture: {
      startFrame: from,
      endFrame: to,
      changes,
      first: "a",
      last: changes === 0 ? "a" : "b",
      blank: blank.map(([startFrame, endFrame]) => ({ startFrame, endFrame, colour: WHITE })),
    },
    inspection: {
      content: ["text"],
      motion: ["timelines"],
      texts: { cut: [], clear: [], overlapping: [] },
      clipBorders: [],
      ...inspection,
    },
  };
}

function codes(chunks: readonly ChunkFindings[], options = {}): string[] {
  const { warnings, problem } = review(PLAN, options, chunks);
  return [...warnings.flat().map(({ code }) => code), ...(problem ? [problem.code] : [])];
}

const empty = chunk({ blank: [[0, 120]], changes: 0 });

describe("a picture with nothing in it", () => {
  it("is no success where the page declares something", () => {
    expect(codes([empty])).toEqual(["picture-blank", "picture-empty"]);
    expect(review(PLAN, {}, [empty]).problem?.message).toContain(WHITE);
  });

  it("may be wanted, or be a part of a video, or all that the page declares", () => {
    expect(codes([empty], { allowEmpty: true })).toEqual(["picture-blank"]);
    expect(codes([empty], { range: { startFrame: 0, endFrame: 120 } })).toEqual(["picture-blank"]);
    expect(codes([chunk({ blank: [[0, 120]], inspection: { content: [] } })])).toEqual(["picture-blank"]);
  });

  it("is none where one chunk has something, or has not been looked at", () => {
    const first = chunk({ to: 60, blank: [[0, 60]] });
    expect(codes([first, chunk({ from: 60 })])).toEqual(["picture-blank-stretch"]);
    expect(codes([first])).toEqual(["picture-blank-stretch"]);
  });

  it("is none where a picture may be all of one colour, other than the page's own", () => {
    const filled = (backdrops: string[], content = ["images"]): ChunkFindings =>
      chunk({ blank: [[0, 120]], changes: 0, inspection: { content, motion: [], backdrops } });
    expect(codes([filled(["#000000"])])).toEqual(["picture-blank"]);
    expect(codes([filled(["#fefeff"])])).toEqual(["picture-blank", "picture-empty"]);
    expect(codes([filled(["#000000"], ["images", "text"])])).toEqual(["picture-blank", "picture-empty"]);
  });

  it("counts scripts that failed as something to be drawn", () => {
    const thrown = { code: "page-error", message: "A script of the page threw.", remedy: "Correct it." };
    const bare = chunk({ blank: [[0, 120]], inspection: { content: [] }, warnings: [thrown] });
    expect(codes([bare])).toEqual(["page-error", "picture-blank", "picture-empty"]);
  });
});

describe("a while with nothing in the picture", () => {
  it.each([
    { why: "a breath before the first clip", blank: [0, 30], borders: [30], told: false },
    { why: "more than a breath", blank: [0, 31], borders: [31], told: true },
    { why: "a pause between", blank: [50, 79], borders: [], told: false },
    { why: "a long pause between", blank: [50, 80], borders: [], told: true },
    { why: "half a second after a clip", blank: [50, 65], borders: [50], told: true },
    { why: "less after a clip", blank: [50, 64], borders: [50], told: false },
    { why: "one frame between two clips", blank: [60, 61], borders: [60, 61], told: true },
  ])("$why: told $told", ({ blank: [from = 0, to = 0], borders, told }) => {
    const seen = chunk({ blank: [[from, to]], inspection: { clipBorders: borders } });
    expect(codes([seen])).toEqual(told ? ["picture-blank-stretch"] : []);
  });

  it("is one, however many chunks it goes through", () => {
    const chunks = [chunk({ to: 60, blank: [[20, 60]] }), chunk({ from: 60, blank: [[60, 100]] })];
    const [, , [only, ...others] = []] = review(PLAN, {}, chunks).warnings;
    expect(only?.frames).toEqual({ startFrame: 20, endFrame: 100 });
    expect(others).toEqual([]);
  });
});

describe("a picture that never changes", () => {
  const still = chunk({ changes: 0 });

  it("is told where something is declared to move", () => {
    expect(codes([still])).toEqual(["picture-still"]);
    expect(codes([chunk({ changes: 0, inspection: { motion: [] } })])).toEqual([]);
  });

  it("is not told where one chunk changes, differs from another, or is unknown", () => {
    const first = chunk({ to: 60, changes: 0 });
    expect(codes([first, chunk({ from: 60 })])).toEqual([]);
    const other = chunk({ from: 60, changes: 0 });
    const elsewhere = { ...other, picture: { ...other.picture, first: "c", last: "c" } };
    expect(codes([first, elsewhere])).toEqual([]);
    expect(codes([first])).toEqual([]);
  });
});

describe("a text beyond the edge", () => {
  const cut = {
    key: "title",
    selector: "#title",
    text: "Hello",
    box: { x: -20, y: 0, width: 90, height: 9 },
    pixels: 20,
  };
  const texts = (given: Partial<Inspection["texts"]>): Partial<Inspection> => ({
    texts: { cut: [], clear: [], overlapping: [], ...given },
  });

  it("is told once where it rests there, and not where it is whole or elsewhere in other frames", () => {
    const first = chunk({ to: 60, inspection: texts({ cut: [cut] }) });
    expect(codes([first, chunk({ from: 60 })])).toEqual(["text-cut"]);
    expect(codes([first, chunk({ from: 60, inspection: texts({ clear: ["title"] }) })])).toEqual([]);
    const moved = { ...cut, box: { ...cut.box, x: -50 } };
    expect(codes([first, chunk({ from: 60, inspection: texts({ cut: [moved] }) })])).toEqual([]);
  });
});
