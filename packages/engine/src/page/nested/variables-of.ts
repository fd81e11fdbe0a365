import { declaredDefaults } from "../variables/declared.ts";

/** A host's own values, or null when its attribute is no JSON object. */
export function hostValues(host: Element): Record<string, unknown> | null {
  const text = host.getAttribute("data-variable-values");
  if (text === null || text.trim() === "") return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

/** What an instance's scripts get: the defaults of the file, with the host's values over them. */
export function instanceVariables(host: Element, carriers: readonly Element[]): Record<string, unknown> {
  return Object.assign({}, ...carriers.map(declaredDefaults), hostValues(host)) as Record<string, unknown>;
}
