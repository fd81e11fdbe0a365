import type { DeclaredDuration, Declarations } from "../page-protocol.ts";
import { withAdapters } from "./adapters/adapters.ts";
import { endlessAnimations, longestAnimationSeconds } from "./animations.ts";
import { describeElement } from "./describe-element.ts";
import { rootElement, rootTimeline, type Timeline } from "./composition.ts";
import { undeclared, variablesError } from "./variables.ts";

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

/** Every length that the page declares, the one that counts first. */
export function durations(): DeclaredDuration[] {
  const found: DeclaredDuration[] = [];
  const attribute = rootElement().getAttribute("data-duration");
  if (attribute !== null)
    found.push({ source: "attribute", seconds: { type: "string", text: attribute.slice(0, 64) } });
  const hf = window.__hf;
  if (hf && "duration" in hf) found.push({ source: "hf", seconds: number(hf.duration) });
  const timeline = rootTimeline();
  const length = timeline?.totalDuration?.() ?? timeline?.duration?.();
  if (length !== undefined) found.push({ source: "timeline", seconds: number(length) });
  const animations = withAdapters(longestAnimationSeconds());
  if (animations !== null) found.push({ source: "animations", seconds: number(animations) });
  return found;
}

/** True once something in the page says how long it is. */
export function isDeclared(): boolean {
  return durations().length > 0;
}

function warnings(overrides: Readonly<Record<string, unknown>>): Declarations["warnings"] {
  return undeclared(overrides).map((id) => ({
    code: "variable-undeclared",
    message: `The request sets "${id.slice(0, 64)}", which the composition does not declare.`,
    remedy: "Declare it in data-composition-variables, or leave it out of the request.",
  }));
}

export function declarations(leadInMs: number, overrides: Readonly<Record<string, unknown>>): Declarations {
  const root = rootElement();
  return {
    compositionId: root.getAttribute("data-composition-id"),
    width: root.getAttribute("data-width"),
    height: root.getAttribute("data-height"),
    durations: durations(),
    endless: [...endlessTimelines(rootTimeline()), ...endlessAnimations()].slice(0, MAX_ENDLESS),
    variablesError: variablesError(),
    leadInMs,
    warnings: warnings(overrides),
  };
}
