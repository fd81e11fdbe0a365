/** How selectors of a nested composition's file are told from those of the document. */
export interface Scope {
  /** Finds the host of this instance, and nothing else. */
  readonly host: string;
  /** The composition's own box: its host, or the file's root element within it. */
  readonly box: string;
  /** The ids that stand for the composition. */
  readonly ids: readonly string[];
  /** The `id` of the file's root element. */
  readonly rootId: string | null;
}

export const ROOT_ID = "data-framewright-id";
export const INNER_ROOT = "data-framewright-root";

export function makeScope(number: number, ids: readonly string[], rootId: string | null): Scope {
  const host = `[data-framewright-instance="${number}"]`;
  return { host, box: `:is(${host}:not(:has(> [${INNER_ROOT}])), ${host} > [${INNER_ROOT}])`, ids, rootId };
}

/** The parts of a selector or a list between its top-level commas. */
export function splitSelectors(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let at = 0; at < list.length; at++) {
    const char = list.charAt(at);
    if (char === "\\") at++;
    else if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === "(" || char === "[") depth++;
    else if (char === ")" || char === "]") depth--;
    else if (char === "," && depth === 0) {
      parts.push(list.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, list.slice(start).trim()];
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A composition named by its id, with the times that some write beside it. */
function idPattern(ids: readonly string[]): RegExp {
  const names = ids.map(escapeForPattern).join("|");
  const timing = String.raw`(?:\[data-(?:start|duration)\s*=\s*(?:"[^"]*"|'[^']*'|[^\]]*)\])*`;
  return new RegExp(
    String.raw`${timing}\[\s*data-composition-id\s*[\^*$]?=\s*(?:"(?:${names})"|'(?:${names})'|(?:${names}))\s*\]${timing}`,
    "g",
  );
}

/** Replaces the root element's own id, which it does not have in the document, by the attribute that keeps it. */
function withRootId(selector: string, { rootId }: Scope): string {
  if (rootId === null) return selector;
  const forms = [...new Set([rootId, CSS.escape(rootId)])].map(escapeForPattern).join("|");
  return selector.replace(new RegExp(`#(?:${forms})(?![\\w-])`, "g"), `[${ROOT_ID}="${CSS.escape(rootId)}"]`);
}

/** The selector of a script in the file, as it is in the document. */
export function scriptSelector(selector: string, scope: Scope): string {
  const named = withRootId(selector, scope);
  return scope.ids.length === 0 ? named : named.replace(idPattern(scope.ids), scope.host);
}

/** One selector of the file's styles, such that it finds elements of this instance alone. */
export function scopedSelector(selector: string, scope: Scope): string {
  if (selector === "*") return selector;
  if (/^(?:html|body|:root)$/i.test(selector)) return scope.box;
  const named = withRootId(selector, scope);
  if (scope.ids.length > 0) {
    const pattern = idPattern(scope.ids);
    if (named.replace(pattern, "") === "") return scope.box;
    if (pattern.test(named)) return named.replace(pattern, scope.host);
  }
  return `${scope.host} ${named}`;
}
