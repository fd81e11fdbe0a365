import type { VariableIssue } from "../../page-protocol.ts";
import { type Declaration, declared } from "./declared.ts";

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasStrings(value: unknown, ...keys: string[]): boolean {
  return isObject(value) && keys.every((key) => typeof value[key] === "string");
}

const isText = (value: unknown): boolean => typeof value === "string";

/** What a value of each type is, and how that is said. */
const TYPES: Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly words: string }>> =
  {
    string: { is: isText, words: "a string" },
    color: { is: isText, words: "a color as a string" },
    number: { is: (value) => typeof value === "number" && Number.isFinite(value), words: "a number" },
    boolean: { is: (value) => typeof value === "boolean", words: "a boolean" },
    enum: { is: isText, words: "a string, one of its options" },
    image: { is: (value) => isText(value) || hasStrings(value, "url"), words: "an image: its URL, or {url}" },
    font: {
      is: (value) => isText(value) || hasStrings(value, "name", "source"),
      words: "a font: its family, or {name, source}",
    },
  };

function optionsOf({ options }: Declaration): string[] {
  if (!Array.isArray(options)) return [];
  return options.map((option: unknown) => String(isObject(option) ? option["value"] : option));
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `of type ${typeof value}`;
}

/** Why a value does not fit a declaration, as a sentence; null when it does. */
function misfit(declaration: Declaration, value: unknown): string | null {
  const { id, type } = declaration;
  const wanted = typeof type === "string" && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!wanted) return null;
  if (!wanted.is(value)) return `"${id}" must be ${wanted.words}; it is ${kindOf(value)}.`;
  const options = optionsOf(declaration);
  if (type !== "enum" || options.length === 0 || options.includes(String(value))) return null;
  return `"${id}" must be one of ${options.map((option) => `"${option}"`).join(", ")}; it is "${String(value)}".`;
}

/** What a request sets that the composition does not declare, or declares otherwise. */
export function variableIssues(overrides: Readonly<Record<string, unknown>>): VariableIssue[] {
  const declarations = declared();
  if (declarations.length === 0) return [];
  const known = new Map(declarations.map((declaration) => [declaration.id, declaration]));
  return Object.entries(overrides).flatMap(([id, value]): VariableIssue[] => {
    const declaration = known.get(id);
    if (!declaration) return [{ id, known: [...known.keys()], misfit: null }];
    const why = misfit(declaration, value);
    return why === null ? [] : [{ id, known: [], misfit: why }];
  });
}
