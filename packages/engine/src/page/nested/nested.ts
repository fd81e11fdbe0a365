import { mount, mountFile } from "./mount.ts";
import { takeApart } from "./read-file.ts";
import { runScript, type WaitingScript } from "./scripts.ts";

/*
 * Nested compositions are put together in the page, not where the document is served: the browser's own parsers read
 * the files and their styles, so that there is no second opinion of what they say, files that no composition nests go
 * out as their authors wrote them, and a host that a script adds is treated like one of the markup. It is done while
 * the document is parsed and without letting go, so that the document's scripts find in a host what its file holds.
 */

/** Hosts are complete once the parser has gone on to something else: what they held until then is replaced. */
export function isParsed(element: Element): boolean {
  if (document.readyState !== "loading") return true;
  for (let each: Element | null = element; each; each = each.parentElement) {
    if (each.nextSibling) return true;
  }
  return false;
}

let waiting: WaitingScript[] = [];
let running = false;

/** Those of outer compositions run first, as theirs are the names that inner ones may use. */
function byDepth(scripts: readonly WaitingScript[]): WaitingScript[] {
  return scripts.toSorted((a, b) => a.instance.depth - b.instance.depth);
}

/**
 * Runs what waits, in order. Only a library that is not the project's own can make it take longer, and holds up the
 * document's own end of loading meanwhile.
 */
function runWaiting(): void {
  if (running || document.readyState === "loading") return;
  waiting = byDepth(waiting);
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const pending = runScript(next);
    if (!pending) continue;
    running = true;
    void pending.then(() => {
      running = false;
      runWaiting();
    });
    return;
  }
}

/** Mounts what is complete, then what that brings with it. */
function mountHosts(): void {
  for (;;) {
    const hosts = [...document.querySelectorAll<HTMLElement>("[data-composition-src]")].filter(isParsed);
    if (hosts.length === 0) return;
    for (const host of hosts) waiting.push(...mountFile(host));
  }
}

/** Compositions that the document itself holds as templates, named for their hosts. */
function mountTemplates(): void {
  for (const host of document.querySelectorAll<HTMLElement>("[data-composition-id]")) {
    if (host.childElementCount > 0) continue;
    const id = host.getAttribute("data-composition-id") ?? "";
    const template = document.getElementById(`${id}-template`);
    if (!(template instanceof HTMLTemplateElement)) continue;
    const copy = document.implementation.createHTMLDocument();
    const content = document.importNode(template, true);
    waiting.push(...mount(host, `template-of-${id}`, takeApart(copy, content, id)));
  }
}

/** Brings in what hosts of nested compositions ask for, as far as the document has been read. */
export function mountNested(): void {
  // A document of no address has no project to read files from.
  if (!location.protocol.startsWith("http")) return;
  mountHosts();
  if (document.readyState !== "loading") runWaiting();
}

/** The document has been read: its own scripts have run, those of nested compositions follow. */
export function finishNested(): void {
  mountNested();
  mountTemplates();
  mountHosts();
  runWaiting();
}
