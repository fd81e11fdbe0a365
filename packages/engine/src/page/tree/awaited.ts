import { listed } from "../adapters/adapter.ts";
import { connectedInstances } from "../nested/instance.ts";
import { registeredTimelines } from "./registry.ts";

const REGISTERS = /__timelines\s*(?:\[[^\]]+\]|\.[\w$]+)\s*=(?!=)|__timelines\s*=\s*\{\s*[\w$"'[]/;
/** A script that adds a player to one of the lists for them. */
const ADDS_PLAYER = /\b(__hfAnime|__hfLottie)\b[^;\n]*?\.push\s*\(/;

/** Whether a script means to register a timeline. */
export function registersTimeline(text: string): boolean {
  return REGISTERS.test(text);
}

/** What the text of a script means to register. */
interface Intent {
  readonly timeline: boolean;
  readonly players: string | null;
}

const intents = new WeakMap<HTMLScriptElement, Intent>();

function intentOf(script: HTMLScriptElement): Intent {
  const known = intents.get(script);
  if (known) return known;
  const { text } = script;
  const intent = { timeline: registersTimeline(text), players: ADDS_PLAYER.exec(text)?.[1] ?? null };
  intents.set(script, intent);
  return intent;
}

function isUnmet({ timeline, players }: Intent): boolean {
  if (timeline && registeredTimelines().length === 0) return true;
  return players !== null && listed(Reflect.get(window, players)).length === 0;
}

/** Whether a script of the page means to register a timeline or a player, and has not done so: it may wait for something. */
export function awaitsRegistration(): boolean {
  const nested = connectedInstances();
  if (nested.some(({ isTimed, timelines }) => isTimed && timelines.size === 0)) return true;
  return [...document.scripts].some((script) => isUnmet(intentOf(script)));
}
