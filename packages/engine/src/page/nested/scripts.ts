import { noteScript } from "../media/volume.ts";
import { assetUrl } from "./asset-urls.ts";
import type { Instance } from "./instance.ts";
import { loadText } from "./load-file.ts";
import type { Queries } from "./scoped-document.ts";
import { gsapFor, type ScopedGlobals } from "./scoped-window.ts";

/** A script of a nested composition's file, waiting for its turn. */
export interface WaitingScript {
  readonly instance: Instance;
  readonly queries: Queries;
  readonly globals: ScopedGlobals;
  /** From the file; it has never run. */
  readonly element: HTMLScriptElement;
}

const CLASSIC = /^(?:|text\/javascript|application\/javascript|text\/ecmascript|application\/ecmascript)$/i;

function isClassic({ type }: HTMLScriptElement): boolean {
  return CLASSIC.test(type.trim());
}

/** Whether a script element holds a program, and not data for one. */
export function isProgram(script: HTMLScriptElement): boolean {
  return isClassic(script) || /^(?:module|importmap)$/i.test(script.type.trim());
}

function copyOf(original: HTMLScriptElement): HTMLScriptElement {
  const script = document.createElement("script");
  for (const { name, value } of original.attributes) script.setAttribute(name, value);
  script.text = original.text;
  script.async = false;
  return script;
}

function settled(script: HTMLScriptElement): Promise<void> {
  return new Promise((resolve) => {
    for (const type of ["load", "error"]) script.addEventListener(type, () => resolve(), { once: true });
  });
}

const loaded = new Set<string>();

/** Loads a library that the document does not have yet. Gives a promise when it could not be had at once. */
function runExternal({ element, instance }: WaitingScript): Promise<void> | undefined {
  const url = assetUrl(element.getAttribute("src") ?? "", instance.file);
  const there = [...document.scripts].some((script) => script.src === new URL(url, document.baseURI).href);
  if (there || loaded.has(url)) return undefined;
  loaded.add(url);
  const script = copyOf(element);
  const { ok, text } = isClassic(element) ? loadText(url) : { ok: false, text: "" };
  if (ok) {
    // Run at once, so that it is there for the scripts after it, and these for the document's own deferred ones.
    script.removeAttribute("src");
    script.text = `${text}\n//# sourceURL=${url}`;
    document.head.append(script);
    return undefined;
  }
  script.src = url;
  document.head.append(script);
  return settled(script);
}

let scopes = 0;

/** A module has a scope of its own already; the names that it shares with the document are shadowed in it. */
function runModule({ element, globals }: WaitingScript): void {
  const script = copyOf(element);
  if (script.type === "module") {
    const key = `__framewrightScope${scopes++}`;
    Object.defineProperty(window, key, { value: globals });
    script.text = `const { document, window, __hyperframes, __timelines } = globalThis.${key};${element.text}`;
  }
  document.head.append(script);
}

function runInline({ element, instance, queries, globals }: WaitingScript): void {
  const { document: scoped, window: scopedWindow, __hyperframes, __timelines } = globals;
  try {
    // In a function within the function, names that the script declares may be those of its parameters.
    // oxlint-disable-next-line typescript/no-implied-eval -- the author's script, run with the globals of its instance
    const run = new Function(
      "document",
      "gsap",
      "window",
      "__hyperframes",
      "__timelines",
      `return (function () {${element.text}\n}).call(this);\n//# sourceURL=${instance.file}`,
    );
    Reflect.apply(run, window, [scoped, gsapFor(queries), scopedWindow, __hyperframes, __timelines]);
  } catch (error) {
    reportError(error);
  }
}

/** Runs one script. Gives a promise when it is not over at once. */
export function runScript(waiting: WaitingScript): Promise<void> | undefined {
  noteScript(waiting.element.text);
  if (waiting.element.hasAttribute("src")) return runExternal(waiting);
  if (isClassic(waiting.element)) runInline(waiting);
  else runModule(waiting);
  return undefined;
}
