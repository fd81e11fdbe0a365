import type { DeclaredDuration, Declarations } from "../page-protocol.ts";
import { withAdapters } from "./adapters/adapters.ts";
import { endlessAnimations, longestAnimationSeconds } from "./animation-lengths.ts";
import { describeElement } from "./describe-element.ts";
import { garbledText } from "./garbled-text.ts";
import { mediaProblems, mediaWarnings } from "./media/media-told.ts";
import { mountIssues } from "./nested/mount.ts";
import { isTimeline, lengthOf, type Timeline } from "./timeline.ts";
import { awaitsRegistration } from "./tree/awaited.ts";
import { clipsSeconds, contentSeconds } from "./tree/extent.ts";
import { isUnbound, registeredTimelines, rootTimeline } from "./tree/registry.ts";
import { rootElement } from "./tree/root.ts";
import { currentTree } from "./tree/tree.ts";
import { variableIssues } from "./variables/check.ts";
import { variablesError } from "./variables/declared.ts";

/** How many endless tweens are named: enough to find the culprit. */
const MAX_ENDLESS = 3;

function number(value: unknown): { type: string; text: string } {
  return { type: typeof value, text: String(value).slice(0, 64) };
}

function isEndless(timeline: Timeline): boolean {
  return Number(timeline.repeat?.() ?? 0) < 0;
}

function endlessTimelines(timeline: Timeline | undefined): string[] {
  if (!timeline) return [];
  const children = timeline.getChildren?.(true, true, true) ?? [];
  return [timeline, ...children].filter(isEndless).map((item) => {
    const target = item.targets ? `the tween of ${describeElement(item.targets()[0])}` : "a timeline";
    return `${target} has repeat: ${String(item.repeat?.())}`;
  });
}

/** A timeline does not cut off what is nested beside it. */
function timelineLength(timeline: Timeline): unknown {
  const length = lengthOf(timeline);
  return typeof length === "number" ? Math.max(length, contentSeconds() ?? 0) : length;
}

/** Clips say how long the page is where nothing else does; an animation may go on after them. */
function clipsLength(animations: number | null): number | null {
  const clips = clipsSeconds();
  if (clips === null || animations === null || !Number.isFinite(animations)) return clips;
  return Math.max(clips, animations);
}

/** Every length that the page declares, the one that counts first. */
export function durations(): DeclaredDuration[] {
  const found: DeclaredDuration[] = [];
  const attribute = rootElement().getAttribute("data-duration");
  if (attribute !== null)
    found.push({ source: "attribute", seconds: { type: "string", text: attribute.slice(0, 64) } });
  const hf = window.__hf;
  if (hf && "duration" in hf) found.push({ source: "hf", seconds: number(hf.duration) });
  const timeline = rootTimeline()?.timeline;
  const length = timeline && timelineLength(timeline);
  if (length !== undefined) found.push({ source: "timeline", seconds: number(length) });
  const animations = withAdapters(longestAnimationSeconds());
  const clips = clipsLength(animations);
  if (clips !== null) found.push({ source: "clips", seconds: number(clips) });
  if (animations !== null) found.push({ source: "animations", seconds: number(animations) });
  return found;
}

/** What has been learnt of the page's length. */
export type Readiness = "undeclared" | "awaiting-registration" | "declared";

/** Whether something in the page says how long it is, and nothing is still to be registered. */
export function readiness(): Readiness {
  if (durations().length === 0) return "undeclared";
  return awaitsRegistration() ? "awaiting-registration" : "declared";
}

/** Lengths that a page states, and not only shows. */
const STATED: ReadonlySet<string> = new Set(["attribute", "hf", "timeline"]);

/** The composition's own timeline has to say how long the page is, and does not. */
function timelineProblems(found: readonly DeclaredDuration[]): Declarations["problems"] {
  const timeline = rootTimeline();
  if (!timeline || found.some(({ source }) => STATED.has(source))) return [];
  const detail = `The timeline window.__timelines["${timeline.id}"] has no duration(), and nothing else says how long the composition is.`;
  return [{ code: "timeline-invalid", detail }];
}

function timelineWarnings(): Declarations["warnings"] {
  const unbound = registeredTimelines()
    .filter(isUnbound)
    .map(({ id }) => ({
      code: "timeline-unbound",
      message: `The timeline window.__timelines["${id}"] is registered, but no element has data-composition-id="${id}".`,
      remedy: "Register it by the data-composition-id of its composition.",
    }));
  const unusable = Object.entries(window.__timelines ?? {})
    .filter(([, value]) => value !== null && value !== undefined && !isTimeline(value))
    .map(([id]) => ({
      code: "timeline-unusable",
      message: `window.__timelines["${id}"] is no timeline: it has no seek().`,
      remedy: "Register a paused GSAP timeline, or an object with seek(seconds) and duration().",
    }));
  return [...unbound, ...unusable];
}

export function declarations(leadInMs: number, overrides: Readonly<Record<string, unknown>>): Declarations {
  const root = rootElement();
  const found = durations();
  const { issues } = currentTree();
  return {
    compositionId: root.getAttribute("data-composition-id"),
    width: root.getAttribute("data-width"),
    height: root.getAttribute("data-height"),
    durations: found,
    endless: [...endlessTimelines(rootTimeline()?.timeline), ...endlessAnimations()].slice(0, MAX_ENDLESS),
    variablesError: variablesError(),
    variableIssues: variableIssues(overrides),
    problems: [...mountIssues.problems, ...issues.problems, ...timelineProblems(found), ...mediaProblems()],
    leadInMs,
    warnings: [
      ...mountIssues.warnings,
      ...issues.warnings,
      ...timelineWarnings(),
      ...garbledText(),
      ...mediaWarnings(),
    ],
  };
}
