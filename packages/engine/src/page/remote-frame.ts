import type { Inspector } from "../page-findings.ts";
import type { FontUse, LeadIn, PendingWork } from "../page-protocol.ts";

/** What a page steps of a frame inside it. */
export interface ChildRuntime {
  pending(): PendingWork;
  leadIn(): Promise<LeadIn>;
  linger(): Promise<unknown>;
  stepTo(frame: number): Promise<unknown>;
  needsFrames(): boolean;
  rootsShown(): void;
  fontUse(): readonly FontUse[];
  /** Not there for a frame that scripts cannot reach. */
  readonly inspector?: Inspector;
}

/** A child of an opaque origin says so to its parent, with a port to step it by. */
const HELLO = "framewright: a frame of the composition";

type Call = "pending" | "leadIn" | "linger" | "stepTo" | "needsFrames" | "rootsShown" | "fontUse";

interface Question {
  readonly id: number;
  readonly call: Call;
  readonly frame: number;
}

interface Answer {
  readonly id: number;
  readonly result: unknown;
  readonly pending: PendingWork;
  readonly needsFrames: boolean;
}

/** The parent's end. What a child waits for is known as of its last answer. */
function remoteChild(port: MessagePort): ChildRuntime {
  const waiting = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  let known: Pick<Answer, "pending" | "needsFrames"> = {
    pending: { loading: ["a frame of another origin"], awaited: [] },
    needsFrames: false,
  };
  let fonts: readonly FontUse[] = [];
  const ask = (call: Call, frame = 0): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.set(++lastId, resolve);
      port.postMessage({ id: lastId, call, frame } satisfies Question);
    });
  const settle = (id: number, result: unknown): void => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  port.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    known = data;
    settle(data.id, data.result);
  });
  // A frame that goes away, or to another page, answers nothing more.
  port.addEventListener("close", () => {
    known = { pending: { loading: [], awaited: [] }, needsFrames: false };
    for (const id of waiting.keys()) settle(id, undefined);
  });
  port.start();
  return {
    pending: () => {
      void ask("pending");
      return known.pending;
    },
    leadIn: async () => ((await ask("leadIn")) === "moved" ? "moved" : "ready"),
    linger: () => ask("linger"),
    stepTo: (frame) => ask("stepTo", frame),
    needsFrames: () => known.needsFrames,
    rootsShown: () => void ask("rootsShown"),
    fontUse: () => {
      // What the frame answers is an array of these, as its runtime is this one.
      void ask("fontUse").then((uses) => (fonts = (uses as readonly FontUse[] | undefined) ?? []));
      return fonts;
    },
  };
}

const remotes = new WeakMap<object, ChildRuntime>();

/** The runtime of a frame whose scripts cannot be reached. */
export function remoteRuntime(frame: Window): ChildRuntime | undefined {
  return remotes.get(frame);
}

/** Listens for frames that cannot be reached otherwise; the page's own listeners come later, and hear nothing of it. */
export function listenForFrames(): void {
  window.addEventListener(
    "message",
    (event) => {
      const [port] = event.ports;
      if (event.data !== HELLO || !port || !event.source || event.source === window) return;
      event.stopImmediatePropagation();
      remotes.set(event.source, remoteChild(port));
    },
    { capture: true },
  );
}

/** Whether the parent is part of the composition, but of another origin, so that it cannot reach this frame. */
function isApart(): boolean {
  if (window.parent === window) return false;
  const [parentOrigin] = location.ancestorOrigins;
  const isOpaque = self.origin === "null" || parentOrigin === "null";
  return (
    isOpaque && (parentOrigin === "null" || location.origin === "null" || parentOrigin === location.origin)
  );
}

/** The child's end. */
export function offerToParent(runtime: ChildRuntime): void {
  if (!isApart()) return;
  const { port1, port2 } = new MessageChannel();
  const answer = async ({ id, call, frame }: Question): Promise<void> => {
    const result = await runtime[call](frame);
    const state = { pending: runtime.pending(), needsFrames: runtime.needsFrames() };
    port1.postMessage({ id, result, ...state } satisfies Answer);
  };
  port1.addEventListener("message", ({ data }: MessageEvent<Question>) => void answer(data));
  port1.start();
  window.parent.postMessage(HELLO, "*", [port2]);
}
