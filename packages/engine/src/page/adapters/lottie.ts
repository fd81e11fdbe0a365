import { type Adapter, listed, longest, numberOf, tell } from "./adapter.ts";

declare global {
  interface Window {
    /** Players of lottie-web and of dotLottie, by the page. */
    __hfLottie?: unknown;
    lottie?: unknown;
  }
}

/** Frames a second where a player does not say: what its own documentation assumes. */
const USUAL_RATE = 30;

function durationSeconds(player: object): number | null {
  const frames = numberOf(player, "totalFrames");
  const rate = numberOf(player, "frameRate");
  if (frames !== null && rate !== null && rate > 0) return frames / rate;
  return numberOf(player, "duration");
}

/** The player's own time: a loop goes round, what does not loop holds its last frame. */
function ownSeconds(player: object, seconds: number): number {
  const length = durationSeconds(player);
  if (length === null || length <= 0 || !("loop" in player)) return seconds;
  if (player.loop === true) return seconds % length;
  const rate = numberOf(player, "frameRate") ?? USUAL_RATE;
  return Math.min(seconds, Math.max(0, length - 1 / rate));
}

/** dotLottie's players count frames of their own, or percent of their length. */
function seekDotLottie(player: object, seconds: number): void {
  const length = durationSeconds(player);
  const frames = numberOf(player, "totalFrames");
  if (length === null || length <= 0) return;
  tell(player, "pause");
  const frame = frames === null ? seconds * USUAL_RATE : (seconds / length) * frames;
  if ("setFrame" in player) tell(player, "setFrame", frame);
  else if ("setCurrentRawFrameValue" in player) tell(player, "setCurrentRawFrameValue", frame);
  else tell(player, "seek", Math.min(100, (seconds / length) * 100));
}

function seekPlayer(player: object, seconds: number): void {
  const own = ownSeconds(player, seconds);
  if ("goToAndStop" in player) tell(player, "goToAndStop", own * 1000, false);
  else seekDotLottie(player, own);
}

/** Animations that lottie-web knows, and that neither play nor are registered. */
function forgotten(): object[] {
  const { lottie } = window;
  if (typeof lottie !== "object" || lottie === null || !("getRegisteredAnimations" in lottie)) return [];
  if (typeof lottie.getRegisteredAnimations !== "function") return [];
  const all: unknown = Reflect.apply(lottie.getRegisteredAnimations, lottie, []);
  return listed(all).filter((player) => Reflect.get(player, "isPaused") === true);
}

/** Those among them that nobody had started by the first frame: the composition plays them. */
let unplayed: ReadonlySet<object> | null = null;

function players(): object[] {
  const registered = listed(window.__hfLottie);
  if (document.querySelector("[data-composition-id]") === null) return registered;
  unplayed ??= new Set(forgotten().filter((player) => Reflect.get(player, "autoplay") === false));
  return [...new Set([...registered, ...forgotten().filter((player) => unplayed?.has(player))])];
}

const failed = new WeakSet<object>();
const watched = new WeakSet<object>();

/** A player that could not load says so, and is not waited for. */
function watch(player: object): void {
  if (watched.has(player)) return;
  watched.add(player);
  const fail = (): void => void failed.add(player);
  for (const event of ["data_failed", "loadError"]) tell(player, "addEventListener", event, fail);
}

function isLoading(player: object): boolean {
  if (Reflect.get(player, "isLoaded") !== false || failed.has(player)) return false;
  watch(player);
  return numberOf(player, "totalFrames") === 0;
}

/** Lottie animations, by lottie-web and by dotLottie. */
export const lottie: Adapter = {
  seek: (seconds) => {
    for (const player of players()) seekPlayer(player, seconds);
  },
  durationSeconds: () => longest(listed(window.__hfLottie).map(durationSeconds)),
  pending: () => (listed(window.__hfLottie).some(isLoading) ? ["a Lottie animation"] : []),
};
