import { isProblemError } from "@framewright/contract";
import type { DeclaredDuration, Declarations } from "@framewright/engine";
import { expect, it } from "vitest";

import { guardDuration } from "../../src/plan/duration-guard.ts";

function declare(durations: DeclaredDuration[], endless: string[] = []): Declarations {
  return {
    compositionId: "main",
    width: null,
    height: null,
    durations,
    endless,
    variablesError: null,
    variableIssues: [],
    problems: [],
    leadInMs: 0,
    warnings: [],
  };
}

const attribute = (text: string): DeclaredDuration => ({
  source: "attribute",
  seconds: { type: "string", text },
});
const timeline = (text: string): DeclaredDuration => ({
  source: "timeline",
  seconds: { type: "number", text },
});
const hf = (type: string, text: string): DeclaredDuration => ({ source: "hf", seconds: { type, text } });

function refusal(durations: DeclaredDuration[], endless?: string[]): { code: string; detail: string } {
  try {
    guardDuration(declare(durations, endless), 14_400);
  } catch (error) {
    if (isProblemError(error)) return { code: error.code, detail: error.message };
    throw error;
  }
  throw new Error("it was not refused");
}

it.each([
  ["NaN", attribute("NaN"), "duration-invalid", '"NaN"'],
  ["no number", attribute("soon"), "duration-invalid", '"soon"'],
  ["empty", attribute(" "), "duration-invalid", '" "'],
  ["zero", attribute("0"), "duration-invalid", '"0"'],
  ["negative", attribute("-3"), "duration-invalid", '"-3"'],
  ["Infinity", attribute("Infinity"), "duration-infinite", "Infinity"],
  ["minus Infinity", attribute("-Infinity"), "duration-invalid", "-Infinity"],
  ["the endless sentinel", timeline("10000000000"), "duration-infinite", "10000000000"],
  ["the sentinel after an intro", timeline("10000000003.5"), "duration-infinite", "10000000003.5"],
  ["too long", attribute("14401"), "duration-too-long", "14401"],
  ["NaN of __hf", hf("number", "NaN"), "duration-invalid", "window.__hf.duration"],
  ["text of __hf", hf("string", "5"), "duration-invalid", "window.__hf.duration"],
  ["an object of __hf", hf("object", "[object Object]"), "duration-invalid", "window.__hf.duration"],
])("refuses %s, and names value and origin", (_name, duration, code, named) => {
  const refused = refusal([duration]);
  expect(refused.code).toBe(code);
  expect(refused.detail).toContain(named);
});

it("names the endless tween", () => {
  const { code, detail } = refusal([timeline("1e10")], ["the tween of #spinner has repeat: -1"]);
  expect(code).toBe("duration-infinite");
  expect(detail).toContain("the tween of #spinner has repeat: -1");
  expect(detail).toContain('window.__timelines["main"]');
});

it("refuses a page that says nothing", () => {
  expect(refusal([]).code).toBe("duration-missing");
});

it("takes the first declaration, so that an endless timeline behind a finite attribute is fine", () => {
  const declarations = declare([attribute("6"), timeline("1e10")], ["the tween of #spinner has repeat: -1"]);
  expect(guardDuration(declarations, 14_400)).toEqual({ seconds: 6, source: "attribute" });
});

const animations: DeclaredDuration = { source: "animations", seconds: { type: "number", text: "0.6" } };

it.each([
  ["declares none", [], { seconds: 4, source: "request" }],
  ["only has animations, which may be over sooner", [animations], { seconds: 4, source: "request" }],
  ["never ends", [timeline("1e10"), animations], { seconds: 4, source: "request" }],
  ["declares one", [attribute("6"), animations], { seconds: 6, source: "attribute" }],
])("takes the request's length for a composition that %s", (_name, durations, duration) => {
  expect(guardDuration(declare(durations), 14_400, 4)).toEqual(duration);
});

it("refuses a length of the request that is too long, and says that it is the request's", () => {
  expect(() => guardDuration(declare([]), 10, 11)).toThrow("It is 11 s long, says the request's `duration`");
});

it.each([
  ["3s", "In seconds, that is 3."],
  ["2.5 seconds", "In seconds, that is 2.5."],
  ["00:10", "In seconds, that is 10."],
  ["00:01:30", "In seconds, that is 90."],
])("says what %j is in seconds", (text, hint) => {
  expect(refusal([attribute(text)])).toEqual({
    code: "duration-invalid",
    detail: expect.stringContaining(hint),
  });
});
