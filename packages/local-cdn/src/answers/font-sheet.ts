import { LibraryFault } from "../library-fault.ts";
import type { FontFace, FontFamily, FontSheetRequest } from "../urls/library-request.ts";
import { fontFileUrl } from "../urls/google-fonts.ts";
import { type FontPackage, faceFile } from "./font-package.ts";
import { subsetsFor } from "./font-ranges.ts";
import { ofThoseAtHand, type Span, withinFont } from "./font-weights.ts";
import { iconClass } from "./icon-class.ts";
import type { Made } from "./served-file.ts";

/** Finds the package of a family. @throws LibraryFault */
export type FindFont = (family: string) => Promise<FontPackage>;

/**
 * The style sheet that Google Fonts would send: a rule for each face and subset, whose files are those of packages.
 * What is not to be had is left out, and named. @throws LibraryFault when no family is to be had
 */
export async function fontSheetOf(request: FontSheetRequest, findFont: FindFont): Promise<Made> {
  const lacks: LibraryFault[] = [];
  const found = await Promise.all(
    request.families.map(async (family) => {
      try {
        return { family, font: await findFont(family.family) };
      } catch (error) {
        if (!(error instanceof LibraryFault)) throw error;
        lacks.push(error);
        return null;
      }
    }),
  );
  const usable = found.filter((each) => each !== null);
  const [first] = lacks;
  if (usable.length === 0 && first) throw first;
  const sheets = await Promise.all(
    usable.map(({ family, font }) => familyRules(family, font, request, lacks)),
  );
  return {
    bytes: Buffer.from(sheets.join("\n")),
    filename: "fonts.css",
    packages: usable.map(({ font }) => font.files),
    lacks,
  };
}

async function familyRules(
  { family, faces }: FontFamily,
  font: FontPackage,
  { display, text }: FontSheetRequest,
  lacks: LibraryFault[],
): Promise<string> {
  const subsets = text === null ? font.subsets : subsetsFor(font.subsets, text);
  const rules: string[] = [];
  for (const face of faces) {
    for (const weight of weightsOf(family, face, font, lacks)) {
      for (const { name, unicodeRange } of subsets) {
        const path = await faceFile(font, face, weight[0], name);
        if (path === null) continue;
        rules.push(rule({ family, face, weight, display, unicodeRange, url: urlOf(font, path) }));
      }
    }
    if (face.isItalic && !font.hasItalic)
      lacks.push(lack(family, "no italic; the browser slants the upright"));
  }
  return [...new Set(rules), iconClass(family)].join("\n");
}

const urlOf = ({ files }: FontPackage, path: string): string => fontFileUrl(files.name, files.version, path);

/** The weights of a face that are served, and a word on one that is missing. */
function weightsOf(
  family: string,
  { weight }: FontFace,
  font: FontPackage,
  lacks: LibraryFault[],
): readonly Span[] {
  const { spans, isExact } = font.isVariable
    ? withinFont(weight, font.weights)
    : ofThoseAtHand(weight, font.weights);
  if (!isExact) lacks.push(lack(family, `no weight ${spanText(weight)}; the nearest is taken`));
  return spans;
}

function lack(family: string, what: string): LibraryFault {
  return new LibraryFault(
    "library-unknown-file",
    `The font family ${family} has ${what}.`,
    "Ask for weights and styles that the family has.",
  );
}

interface Rule {
  readonly family: string;
  readonly face: FontFace;
  readonly weight: Span;
  readonly display: string | null;
  readonly unicodeRange: string | null;
  readonly url: string;
}

const spanText = ([from, to]: Span, unit = ""): string =>
  from === to ? `${from}${unit}` : `${from}${unit} ${to}${unit}`;

function rule({ family, face, weight, display, unicodeRange, url }: Rule): string {
  const { wdth } = face.axes;
  const lines = [
    `font-family: ${JSON.stringify(family)};`,
    `font-style: ${face.isItalic ? "italic" : "normal"};`,
    `font-weight: ${spanText(weight)};`,
    ...(wdth ? [`font-stretch: ${spanText(wdth, "%")};`] : []),
    ...(display === null ? [] : [`font-display: ${display};`]),
    `src: url(${url}) format("woff2");`,
    ...(unicodeRange === null ? [] : [`unicode-range: ${unicodeRange};`]),
  ];
  return `@font-face { ${lines.join(" ")} }`;
}
