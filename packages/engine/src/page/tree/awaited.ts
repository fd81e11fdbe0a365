import { connectedInstances } from "../nested/instance.ts";
import { registeredTimelines } from "./registry.ts";

const REGISTERS = /__timelines\s*(?:\[[^\]]+\]|\.[\w$]+)\s*=(?!=)|__timelines\s*=\s*\{\s*[\w$"'[]/;

/** Whether a script means to register a timeline. */
export function registersTimeline(text: string): boolean {
  return REGISTERS.test(text);
}

const read = new WeakMap<HTMLScriptElement, boolean>();

function isRegistering(script: HTMLScriptElement): boolean {
  const known = read.get(script);
  if (known !== undefined) return known;
  const answer = registersTimeline(script.text);
  read.set(script, answer);
  return answer;
}

/** Whether a script of the page means to register a timeline, and has not done so yet: it may wait for something. */
export function awaitsTimeline(): boolean {
  const nested = connectedInstances();
  if (nested.some(({ isTimed, timelines }) => isTimed && timelines.size === 0)) return true;
  return registeredTimelines().length === 0 && [...document.scripts].some(isRegistering);
}
