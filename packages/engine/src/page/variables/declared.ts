import { describeElement } from "../describe-element.ts";

/** A variable as a composition declares it. */
export interface Declaration {
  readonly id: string;
  readonly type?: unknown;
  readonly default?: unknown;
  readonly options?: unknown;
}

const ATTRIBUTE = "data-composition-variables";

function isDeclaration(value: unknown): value is Declaration {
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string";
}

function parse(element: Element): Declaration[] {
  const parsed: unknown = JSON.parse(element.getAttribute(ATTRIBUTE) || "[]");
  if (!Array.isArray(parsed) || !parsed.every(isDeclaration))
    throw new TypeError("not a list of {id, type, label, default}");
  return parsed;
}

/** Elements that declare variables of the document itself, not of a nested composition. */
function declarers(): Element[] {
  return [...document.querySelectorAll(`[${ATTRIBUTE}]`)].filter(
    (element) => element.closest("[data-composition-file]") === null,
  );
}

/** The defaults that an element declares; none where its declarations cannot be read. */
export function declaredDefaults(element: Element): Record<string, unknown> {
  try {
    const given = parse(element).filter((item) => "default" in item);
    return Object.fromEntries(given.map((item) => [item.id, item.default]));
  } catch {
    // What is wrong with it is told by `variablesError`.
    return {};
  }
}

/** Every variable that the document declares. */
export function declared(): Declaration[] {
  return variablesError() === null ? declarers().flatMap(parse) : [];
}

/** Why the declared variables cannot be read; null when they can. */
export function variablesError(): string | null {
  for (const element of declarers()) {
    try {
      parse(element);
    } catch (error) {
      return `${ATTRIBUTE} of ${describeElement(element)} cannot be read: ${String(error)}.`;
    }
  }
  return null;
}

declare global {
  interface Window {
    __hfVariables?: Readonly<Record<string, unknown>>;
    __hyperframes?: { getVariables(): Record<string, unknown> };
  }
}

/** The values of the document's variables: the declared defaults, with the request's over them. */
export function documentVariables(): Record<string, unknown> {
  return { ...Object.assign({}, ...declarers().map(declaredDefaults)), ...window.__hfVariables };
}

/** Makes `__hyperframes.getVariables()`, which has the request's values before the page's first script runs. */
export function installVariables(overrides: Readonly<Record<string, unknown>>): void {
  window.__hfVariables = overrides;
  window.__hyperframes = { getVariables: documentVariables };
}
