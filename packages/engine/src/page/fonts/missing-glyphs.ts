const SIDE = 32;
const FONT_SIZE = 20;
/** However much a page writes. */
const MAX_TRIED = 6_000;

/** Has no glyph of its own in any font, or need not: nothing of it shows. */
const NEVER_DRAWN = /^[\p{Cc}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}]$/u;
const PLAIN = /^[\0-\u024F]$/;
/** Not assigned, so that no font has them: one of plain text, one that would be an emoji. */
const UNASSIGNED = ["\u0378", "\u{1FFFD}"];

interface Brush {
  /** What a character looks like, as a text. */
  look(character: string): string;
}

function brush(face: string, families: string): Brush | null {
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.font = `${face} ${FONT_SIZE}px ${families}`;
  context.textBaseline = "middle";
  return {
    look: (character) => {
      context.clearRect(0, 0, SIDE, SIDE);
      context.fillText(character, 2, SIDE / 2);
      return new Uint32Array(context.getImageData(0, 0, SIDE, SIDE).data.buffer).join();
    },
  };
}

/** The characters that look like one that no font has, when drawn in a face, such as "italic 700", of these families. */
export function missingGlyphs(face: string, families: string, characters: Iterable<string>): string[] {
  const tried = [...characters].filter((character) => !PLAIN.test(character) && !NEVER_DRAWN.test(character));
  if (tried.length === 0) return [];
  const own = brush(face, families);
  if (!own) return [];
  const unknown = new Set(UNASSIGNED.map((character) => own.look(character)));
  return tried.slice(0, MAX_TRIED).filter((character) => unknown.has(own.look(character)));
}
