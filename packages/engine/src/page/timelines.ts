import { timelineNow } from "./time.ts";

const origins = new WeakMap<AnimationTimeline, number>();

/** The document's time at which a timeline's own begins, in milliseconds. */
export function originOf(timeline: AnimationTimeline | null): number {
  return (timeline && origins.get(timeline)) ?? 0;
}

/** Documents' timelines tell virtual time. Those of scrolling have their own, which is none. */
export function installTimelines(): void {
  window.DocumentTimeline = new Proxy(window.DocumentTimeline, {
    construct: (target, args: ConstructorParameters<typeof DocumentTimeline>, newTarget) => {
      // `Reflect.construct` is untyped; it returns the timeline made.
      const timeline = Reflect.construct(target, args, newTarget) as DocumentTimeline;
      origins.set(timeline, args[0]?.originTime ?? 0);
      return timeline;
    },
  });
  Object.defineProperty(DocumentTimeline.prototype, "currentTime", {
    configurable: true,
    enumerable: true,
    get(this: DocumentTimeline) {
      return timelineNow() - originOf(this);
    },
  });
}
