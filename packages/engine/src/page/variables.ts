interface Declaration {
  readonly id: string;
  readonly default?: unknown;
}

function isDeclaration(value: unknown): value is Declaration {
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string";
}

function declared(): Declaration[] {
  const element = document.querySelector("[data-composition-variables]");
  const parsed: unknown = JSON.parse(element?.getAttribute("data-composition-variables") || "[]");
  if (!Array.isArray(parsed) || !parsed.every(isDeclaration))
    throw new TypeError("not a list of {id, default}");
  return parsed;
}

/** Why the declared variables cannot be read; null when they can. */
export function variablesError(): string | null {
  try {
    declared();
    return null;
  } catch (error) {
    return String(error);
  }
}

export function undeclared(overrides: Readonly<Record<string, unknown>>): string[] {
  if (variablesError() !== null) return [];
  const known = new Set(declared().map(({ id }) => id));
  return Object.keys(overrides).filter((id) => known.size > 0 && !known.has(id));
}

declare global {
  interface Window {
    __hfVariables?: Readonly<Record<string, unknown>>;
    __hyperframes?: { getVariables(): Record<string, unknown> };
  }
}

/** `__hyperframes.getVariables()`: the declared defaults, with the request's values over them. */
export function installVariables(overrides: Readonly<Record<string, unknown>>): void {
  window.__hfVariables = overrides;
  window.__hyperframes = {
    getVariables: () => {
      const defaults = variablesError() === null ? declared() : [];
      return { ...Object.fromEntries(defaults.map((item) => [item.id, item.default])), ...overrides };
    },
  };
}
