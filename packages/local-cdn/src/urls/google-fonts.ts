import { type FontFace, type FontFamily, type LibraryRequest, unknown } from "./library-request.ts";
import { fileRequest, parsePackagePath } from "./package-spec.ts";

type Span = readonly [number, number];

const face = (weight: Span, isItalic = false, axes: FontFace["axes"] = {}): FontFace => ({
  isItalic,
  weight,
  axes,
});

const REGULAR: Span = [400, 400];

/** `300` or `100..900`; null for what is neither. */
function span(text: string): Span | null {
  const [from = Number.NaN, to = from] = text.split("..").map(Number);
  return text !== "" && Number.isFinite(from) && Number.isFinite(to) ? [from, to] : null;
}

/** A family of `css2`: `Inter:ital,opsz,wght@0,14..32,100..900;1,14..32,400`. */
function readFamily2(text: string): FontFamily | null {
  const [name = "", list = ""] = text.split(":");
  if (name.trim() === "") return null;
  const [names = "", tuples = ""] = list.split("@");
  const axes = names.split(",");
  const faces =
    tuples === ""
      ? [face(REGULAR, axes[0] === "ital")]
      : tuples.split(";").map((tuple) => readTuple(axes, tuple));
  return { family: name.trim(), faces };
}

function readTuple(names: readonly string[], tuple: string): FontFace {
  const values = tuple.split(",");
  const spans = names.flatMap((name, index): [string, Span][] => {
    const read = span(values[index] ?? "");
    return read === null ? [] : [[name, read]];
  });
  const { ital, wght, ...axes } = Object.fromEntries(spans);
  return face(wght ?? REGULAR, ital?.[0] === 1, axes);
}

const NAMED_WEIGHTS: Readonly<Record<string, number>> = {
  thin: 100,
  light: 300,
  regular: 400,
  medium: 500,
  semibold: 600,
  bold: 700,
  b: 700,
  black: 900,
};

/** A style of `css`: `700`, `400italic`, `bold`, `i`. */
function readStyle(text: string): FontFace {
  const isItalic = /i(?:talic)?$/.test(text);
  const rest = text.replace(/i(?:talic)?$/, "");
  const weight = NAMED_WEIGHTS[rest] ?? (Number(rest) || 400);
  return face([weight, weight], isItalic);
}

/** The families of `css`: `Open+Sans:400,700italic|Roboto`. */
function readFamilies1(text: string): FontFamily[] {
  return text.split("|").flatMap((each) => {
    const [name = "", styles = ""] = each.split(":");
    if (name.trim() === "") return [];
    return {
      family: name.trim(),
      faces: (styles || "400").split(",").map((style) => readStyle(style.trim())),
    };
  });
}

/** https://developers.google.com/fonts/docs/css2, its predecessor `css`, and `icon`. */
export function fontSheet(url: URL): LibraryRequest {
  const asked = url.searchParams.getAll("family");
  const isSecond = url.pathname === "/css2";
  if (!isSecond && url.pathname !== "/css" && url.pathname !== "/icon")
    return unknown("Link a style sheet: /css2?family=….");
  const families = isSecond
    ? asked.flatMap((text) => readFamily2(text) ?? [])
    : asked.flatMap((text) => readFamilies1(text));
  if (families.length === 0) return unknown("Name a family, as in /css2?family=Inter:wght@400;700.");
  const { searchParams } = url;
  return {
    kind: "font-sheet",
    families,
    display: /^[a-z]+$/.exec(searchParams.get("display") ?? "")?.[0] ?? null,
    text: searchParams.get("text"),
  };
}

/** Where the style sheets that are made here find their files. */
const FILES = "https://fonts.gstatic.com/s/npm/";

export function fontFileUrl(name: string, version: string, path: string): string {
  return `${FILES}${name}@${version}/${path}`;
}

/** Files of fonts, by the addresses of the style sheets that are made here; the host's own tell nothing of a file. */
export function fontFile(url: URL): LibraryRequest {
  const spec = url.href.startsWith(FILES) ? parsePackagePath(url.href.slice(FILES.length)) : null;
  if (spec !== null) return fileRequest(spec, spec.path);
  return unknown(
    'Link the family by its style sheet, as in <link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Inter:wght@400;700">, or ship the font with the project.',
  );
}
