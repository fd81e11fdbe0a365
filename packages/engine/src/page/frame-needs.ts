import { replaceMethod } from "./replace.ts";

/**
 * Whether the page follows what only the browser's own frames bring: observers, scrolling, the events of animations.
 * Such a page has to be given every frame on the way to a chunk's start; any other one can be stepped by script alone.
 */
let needed = false;

const EVENTS =
  /^(animation(start|end|iteration|cancel)|transition(run|start|end|cancel)|scroll(end)?|resize|finish|cancel|contentvisibilityautostatechange)$/;
const HANDLERS = [
  "animationstart",
  "animationend",
  "animationiteration",
  "transitionrun",
  "transitionstart",
  "transitionend",
  "scroll",
] as const;
/** Handlers in the markup, and frames that load once they are scrolled to. */
const SIGNS = [...HANDLERS.map((name) => `[on${name}]`), "iframe[loading=lazy]"].join();

export function needsFrames(): boolean {
  needed ||= document.querySelector(SIGNS) !== null;
  return needed;
}

/** Wraps methods so that their first use is noticed. */
function noticeCalls(target: object, methods: readonly string[]): void {
  for (const method of methods)
    replaceMethod(target, method, (original, args) => {
      needed = true;
      return original(...args);
    });
}

/** Wraps properties so that it is noticed when they are set. */
function noticeSetting(target: object, names: readonly string[]): void {
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(target, name);
    // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
    const set: unknown = descriptor?.set;
    if (typeof set !== "function") continue;
    Object.defineProperty(target, name, {
      ...descriptor,
      set(this: unknown, value: unknown) {
        needed = true;
        Reflect.apply(set, this, [value]);
      },
    });
  }
}

export function installFrameNeeds(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const addEventListener = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function add(this: EventTarget, type, ...rest) {
    if (EVENTS.test(type)) needed = true;
    Reflect.apply(addEventListener, this, [type, ...rest]);
  };
  for (const target of [HTMLElement.prototype, SVGElement.prototype, Document.prototype, window]) {
    noticeSetting(
      target,
      HANDLERS.map((name) => `on${name}`),
    );
  }
  noticeSetting(Animation.prototype, ["onfinish", "oncancel"]);
  noticeSetting(Element.prototype, ["scrollTop", "scrollLeft"]);
  noticeCalls(IntersectionObserver.prototype, ["observe"]);
  noticeCalls(ResizeObserver.prototype, ["observe"]);
  const scrolling = ["scroll", "scrollTo", "scrollBy", "scrollIntoView"];
  noticeCalls(Element.prototype, scrolling);
  noticeCalls(window, scrolling);
}
