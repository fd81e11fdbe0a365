import { ProblemError } from "@framewright/contract";
import type { DeclaredDuration, Declarations } from "@framewright/engine";

/** GSAP reports 1e10 s for `repeat: -1`, and a timeline around one somewhat more. No video is 31 years long. */
const ENDLESS_SECONDS = 1e9;

export interface Duration {
  readonly seconds: number;
  readonly source: DeclaredDuration["source"] | "request";
}

/** What a page says outright; anything else is only what its content comes to. */
const DECLARED: readonly DeclaredDuration["source"][] = ["attribute", "hf", "timeline"];

function nameOf(source: DeclaredDuration["source"], compositionId: string | null): string {
  switch (source) {
    case "attribute":
      return "the root element's data-duration";
    case "hf":
      return "window.__hf.duration";
    case "timeline":
      return `the timeline window.__timelines["${compositionId ?? ""}"]`;
    case "clips":
      return "the page's clips";
    case "animations":
      return "the page's animations";
  }
}

/** The number that a declaration holds; NaN for anything else. */
function parse({ source, seconds: { type, text } }: DeclaredDuration): number {
  if (source !== "attribute" && type !== "number") return Number.NaN;
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** A length with a unit, or as a clock shows it, in plain seconds. */
function inSeconds(text: string): string {
  const [, seconds] = /^\s*([\d.]+)\s*s(?:ec(?:onds?)?)?\s*$/.exec(text) ?? [];
  const [, minutes, rest] = /^\s*(?:0+:)?(\d{1,3}):(\d{2}(?:\.\d+)?)\s*$/.exec(text) ?? [];
  const value = seconds === undefined ? Number(minutes) * 60 + Number(rest) : Number(seconds);
  return value > 0 ? ` In seconds, that is ${value}.` : "";
}

function isEndless(declared: DeclaredDuration): boolean {
  const value = parse(declared);
  return value === Infinity || value >= ENDLESS_SECONDS;
}

function guardMax(seconds: number, name: string, maxSeconds: number): void {
  if (seconds <= maxSeconds) return;
  throw new ProblemError(
    "duration-too-long",
    `It is ${seconds} s long, says ${name}; PRODUCER_MAX_DURATION_SECONDS allows ${maxSeconds}.`,
  );
}

/**
 * Decides how long a composition is, by arithmetic alone: nothing is counted or enumerated before this has passed.
 * @throws ProblemError `duration-missing`, `duration-invalid`, `duration-infinite`, `duration-too-long`
 */
export function guardDuration(declarations: Declarations, maxSeconds: number, requested?: number): Duration {
  const { durations, endless, compositionId } = declarations;
  const [declared] = durations;
  if (requested !== undefined && (!declared || !DECLARED.includes(declared.source) || isEndless(declared))) {
    guardMax(requested, "the request's `duration`", maxSeconds);
    return { seconds: requested, source: "request" };
  }
  if (!declared) {
    throw new ProblemError(
      "duration-missing",
      "Neither an attribute, a timeline, window.__hf nor an animation says how long it is.",
    );
  }
  const { source, seconds: raw } = declared;
  const name = nameOf(source, compositionId);
  const value = parse(declared);
  if (isEndless(declared)) {
    const because = endless.length > 0 ? ` Endless: ${endless.join("; ")}.` : "";
    throw new ProblemError("duration-infinite", `It is ${raw.text} s long, says ${name}.${because}`);
  }
  if (!(value > 0)) {
    const shown = raw.type === "string" ? `"${raw.text}"` : raw.text;
    throw new ProblemError("duration-invalid", `Its length is ${shown}, says ${name}.${inSeconds(raw.text)}`);
  }
  guardMax(value, name, maxSeconds);
  return { seconds: value, source };
}
