import { describeElement } from "../describe-element.ts";
import { registersTimeline } from "../tree/awaited.ts";
import { type Issues, noIssues, quote } from "../tree/issues.ts";
import { applyVariables, bindVariables } from "../variables/bind.ts";
import { projectUrl, rewriteAssets } from "./asset-urls.ts";
import { addInstance, enclosingInstance, type Instance } from "./instance.ts";
import { type CompositionFile, readCompositionFile } from "./read-file.ts";
import { INNER_ROOT, makeScope, ROOT_ID } from "./scope.ts";
import { makeQueries } from "./scoped-document.ts";
import { scopeGlobals } from "./scoped-window.ts";
import { isProgram, type WaitingScript } from "./scripts.ts";
import { addLink, addStyles } from "./styles.ts";
import { hostValues, instanceVariables } from "./variables-of.ts";

/** More than any film has; files that hold each other twice would otherwise fill the memory. */
const MAX_INSTANCES = 2_000;

export const mountIssues: Issues = noIssues();
let count = 0;

/** Attributes of a file's root element that are the host's to give, once the one lies in the other. */
const OF_THE_HOST = [
  "data-composition-id",
  "data-start",
  "data-duration",
  "data-end",
  "data-track-index",
  "id",
];

function reject(host: HTMLElement, file: string, why: string): void {
  host.removeAttribute("data-composition-src");
  const detail = `${describeElement(host)} has data-composition-src ${quote(file)}, ${why}.`;
  mountIssues.problems.push({ code: "nested-invalid", detail });
}

function warn(code: string, message: string, remedy: string): void {
  mountIssues.warnings.push({ code, message, remedy });
}

/** A size that nobody has given the host is that of its file; percentages within it need one. */
function sizeHost(host: HTMLElement, innerRoot: Element | null): void {
  const style = host.getAttribute("style") ?? "";
  for (const side of ["width", "height"] as const) {
    const own = host.getAttribute(`data-${side}`);
    const value = own ?? innerRoot?.getAttribute(`data-${side}`);
    if (value === null || value === undefined) continue;
    if (own === null) host.setAttribute(`data-${side}`, value);
    if (!style.includes(side) && Number(value) > 0) host.style.setProperty(side, `${value}px`);
  }
}

/** The file's root element as it is placed in its host: a box of its own size, timed by the host. */
function prepareRoot(root: HTMLElement, hostId: string | null): HTMLElement {
  const own = { id: root.id, compositionId: root.getAttribute("data-composition-id") };
  const size = (side: "width" | "height"): string => {
    const value = Number(root.getAttribute(`data-${side}`));
    return value > 0 ? `${value}px` : "100%";
  };
  const prepared = document.importNode(root, true);
  for (const name of OF_THE_HOST) prepared.removeAttribute(name);
  // A host without a name has that of its file, which styles and scripts may ask for.
  if (hostId === null && own.compositionId !== null)
    prepared.setAttribute("data-composition-id", own.compositionId);
  if (own.id !== "") prepared.setAttribute(ROOT_ID, own.id);
  prepared.setAttribute(INNER_ROOT, "");
  prepared.style.width = size("width");
  prepared.style.height = size("height");
  return prepared;
}

function place(host: HTMLElement, { innerRoot, content }: CompositionFile, hostId: string | null): void {
  if (innerRoot) host.replaceChildren(prepareRoot(innerRoot, hostId));
  else host.replaceChildren(...[...content.childNodes].map((node) => document.importNode(node, true)));
}

function tellOfValues(host: HTMLElement, parts: CompositionFile): void {
  if (hostValues(host) !== null) return;
  const name = describeElement(host);
  warn(
    "variables-invalid",
    `${name} has data-variable-values that are no JSON object; the defaults of ${parts.compositionId ?? "its file"} show.`,
    `Write them as data-variable-values='{"id": "value"}'.`,
  );
}

/** A file may have another id than its host: that is how it is used several times. One without any may be none. */
function tellOfContent(host: HTMLElement, file: string, parts: CompositionFile): void {
  const { compositionId, content, styles } = parts;
  const name = describeElement(host);
  if (compositionId === null) {
    warn(
      "nested-without-root",
      `${name} shows ${file}, in which no element has data-composition-id.`,
      "Give the root element of the file a data-composition-id.",
    );
  }
  if (styles.length > 0 || hasText(content) || hasElements(content)) return;
  warn(
    "nested-empty",
    `${name} shows ${file}, which holds nothing to show but the composition ${quote(compositionId ?? "")} itself.`,
    "Fill the file, unless its scripts do.",
  );
}

const NEVER_DRAWN = "script, style, link, meta, title";

/** Whether there is anything in a file besides its root element. */
function hasElements(content: ParentNode): boolean {
  const root = content.querySelector("[data-composition-id]");
  return [...content.querySelectorAll("*")].some((each) => each !== root && !each.matches(NEVER_DRAWN));
}

function hasText(content: ParentNode): boolean {
  const own = [...content.querySelectorAll("[data-composition-id]")].flatMap((root) => [...root.childNodes]);
  return own.some((node) => node instanceof Text && node.data.trim() !== "");
}

/** Puts a composition into its host. @returns the scripts that it brings, which wait for their turn */
export function mount(host: HTMLElement, file: string, parts: CompositionFile): WaitingScript[] {
  const around = enclosingInstance(host.parentElement);
  const hostId = host.getAttribute("data-composition-id");
  const ids = [hostId, parts.compositionId].filter((id) => id !== null);
  const number = count++;
  const scripts = parts.scripts.filter(isProgram);
  const scope = makeScope(number, [...new Set(ids)], parts.innerRoot?.id || null);
  const instance: Instance = {
    host,
    file,
    depth: around ? around.depth + 1 : 0,
    ancestry: [...(around?.ancestry ?? []), file],
    ids: new Set(ids),
    rootId: scope.rootId,
    variables: instanceVariables(host, parts.carriers),
    timelines: new Map(),
    isTimed: scripts.some(({ text }) => registersTimeline(text)),
  };
  tellOfContent(host, file, parts);
  tellOfValues(host, parts);
  host.setAttribute("data-framewright-instance", String(number));
  host.setAttribute("data-composition-file", file);
  host.removeAttribute("data-composition-src");
  addInstance(instance);
  for (const link of parts.links) addLink(link, file);
  for (const style of parts.styles) {
    addStyles(style.textContent ?? "", file, scope);
    style.remove();
  }
  for (const script of scripts) script.remove();
  rewriteAssets(parts.content, file);
  sizeHost(host, parts.innerRoot);
  place(host, parts, hostId);
  applyVariables(host, instance.variables);
  bindVariables(host);
  const queries = makeQueries(instance, scope);
  const globals = scopeGlobals(instance, queries);
  return scripts.map((element) => ({ instance, queries, globals, element }));
}

/** Reads the file that a host asks for and mounts it. */
export function mountFile(host: HTMLElement): WaitingScript[] {
  const source = host.getAttribute("data-composition-src") ?? "";
  const url = projectUrl(source);
  const file = url.startsWith(`${location.origin}/`) ? decodeURI(new URL(url).pathname.slice(1)) : url;
  const ancestry = enclosingInstance(host.parentElement)?.ancestry ?? [];
  if (ancestry.includes(file)) {
    reject(host, source, `which holds itself, in a cycle: ${[...ancestry, file].join(" → ")}`);
    return [];
  }
  if (count >= MAX_INSTANCES) {
    reject(
      host,
      source,
      `which would be the ${count + 1}st nested composition: there may be ${MAX_INSTANCES}`,
    );
    return [];
  }
  const parts = readCompositionFile(url, host.getAttribute("data-composition-id"));
  if (typeof parts === "string") {
    reject(host, source, parts);
    return [];
  }
  return mount(host, file, parts);
}
