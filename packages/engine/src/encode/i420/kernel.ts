import { CB, CR, valuesOf, Y } from "./colours.ts";
import { type Code, get, i16x8, i32, i64x2, repeat, set, u8x16, v128 } from "./instructions.ts";

/** Pixels of a row that are converted at a time. */
export const COLUMNS = 16;
const PIXEL_BYTES = 4;
const VECTOR_BYTES = 16;
const FOUR_VECTORS = [0, 1, 2, 3];

/** Parameters: addresses of the picture and of the three planes, and the picture's size. */
const [PICTURE, LUMA, BLUE, RED, WIDTH, HEIGHT] = [0, 1, 2, 3, 4, 5];
export const PARAMETERS = 6;
/** Where things are: a row, a column in it, and what begins there. */
const [ROW, COLUMN, NEXT_COLUMN, LAST_COLUMN] = [6, 7, 8, 9];
const [PIXEL, PIXELS_AT, LUMA_AT, CHROMA_AT] = [10, 11, 12, 13];
export const NUMBER_LOCALS = 8;
/** Four pixels of a row: as they are, their blue and red, their green and alpha. */
const [FOUR, BLUE_RED, GREEN_ALPHA] = [14, 15, 16];
/** For each four pixels of a row, their luma, and the sums of their colours with those of the row above. */
const lumaOf = (four: number): number => 17 + four;
const blueRedSum = (four: number): number => 21 + four;
const greenAlphaSum = (four: number): number => 25 + four;
/** For each half of the columns, what the planes of the differences take from it. */
const blueOf = (half: number): number => 29 + half;
const redOf = (half: number): number => 31 + half;
export const VECTOR_LOCALS = 19;

const LOW_BYTES = i16x8.const([255, 255, 255, 255, 255, 255, 255, 255]);
/** The first 32 bits of each 64, of two vectors. */
const EVEN = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];

/** Bytes of sixteen 32-bit numbers, or of eight and those once more. */
const bytesOf = (a: number, b: number, c = a, d = b): Code =>
  u8x16.narrow(i16x8.narrow(get(a), get(b)), i16x8.narrow(get(c), get(d)));

/** Stores the luma of a row's pixels, and adds their colours to those of the row above, if there is one. */
function convertRow(isLower: boolean): Code {
  const sum = (of: number, row: number): Code => set(of, isLower ? i16x8.add(get(of), get(row)) : get(row));
  const fours = FOUR_VECTORS.flatMap((four) => [
    ...set(FOUR, v128.load(get(PIXELS_AT), VECTOR_BYTES * four)),
    ...set(BLUE_RED, v128.and(get(FOUR), LOW_BYTES)),
    ...set(GREEN_ALPHA, i16x8.shrUnsigned(get(FOUR), 8)),
    ...set(lumaOf(four), valuesOf(Y, get(BLUE_RED), get(GREEN_ALPHA), 1)),
    ...sum(blueRedSum(four), BLUE_RED),
    ...sum(greenAlphaSum(four), GREEN_ALPHA),
  ]);
  const luma = bytesOf(lumaOf(0), lumaOf(1), lumaOf(2), lumaOf(3));
  return [...fours, ...v128.store(get(LUMA_AT), luma)];
}

/** Of each two neighbours in eight columns, the sums. */
function pairs(sumOf: (four: number) => number, half: number): Code {
  const withNeighbour = (local: number): Code => i16x8.add(get(local), i64x2.shrUnsigned(get(local), 32));
  return v128.pick(withNeighbour(sumOf(2 * half)), withNeighbour(sumOf(2 * half + 1)), EVEN);
}

/** Stores both differences of colours, of two by two pixels each. */
const convertColours: Code = [
  ...[0, 1].flatMap((half) => [
    ...set(BLUE_RED, pairs(blueRedSum, half)),
    ...set(GREEN_ALPHA, pairs(greenAlphaSum, half)),
    ...set(blueOf(half), valuesOf(CB, get(BLUE_RED), get(GREEN_ALPHA), 4)),
    ...set(redOf(half), valuesOf(CR, get(BLUE_RED), get(GREEN_ALPHA), 4)),
  ]),
  ...v128.storeLow8(i32.add(get(BLUE), get(CHROMA_AT)), bytesOf(blueOf(0), blueOf(1))),
  ...v128.storeLow8(i32.add(get(RED), get(CHROMA_AT)), bytesOf(redOf(0), redOf(1))),
];

const half = (value: Code): Code => i32.shr(value, i32.const(1));

/** Sixteen columns of two rows. */
const convertBlock: Code = [
  ...set(PIXEL, i32.add(i32.mul(get(ROW), get(WIDTH)), get(COLUMN))),
  ...set(PIXELS_AT, i32.add(get(PICTURE), i32.mul(get(PIXEL), i32.const(PIXEL_BYTES)))),
  ...set(LUMA_AT, i32.add(get(LUMA), get(PIXEL))),
  ...set(CHROMA_AT, half(i32.add(i32.mul(half(get(ROW)), get(WIDTH)), get(COLUMN)))),
  ...convertRow(false),
  ...set(PIXELS_AT, i32.add(get(PIXELS_AT), i32.mul(get(WIDTH), i32.const(PIXEL_BYTES)))),
  ...set(LUMA_AT, i32.add(get(LUMA_AT), get(WIDTH))),
  ...convertRow(true),
  ...convertColours,
];

/** The last block of a row begins where there are enough columns left, and so may overlap with the one before. */
const convertRows: Code = [
  ...set(NEXT_COLUMN, i32.const(0)),
  ...repeat(
    [
      ...set(COLUMN, get(NEXT_COLUMN)),
      ...convertBlock,
      ...set(NEXT_COLUMN, i32.smaller(i32.add(get(COLUMN), i32.const(COLUMNS)), get(LAST_COLUMN))),
    ],
    i32.less(get(COLUMN), get(LAST_COLUMN)),
  ),
];

/** Converts a picture of even size, at least sixteen pixels wide. */
export const BODY: Code = [
  ...set(LAST_COLUMN, i32.sub(get(WIDTH), i32.const(COLUMNS))),
  ...set(ROW, i32.const(0)),
  ...repeat([...convertRows, ...set(ROW, i32.add(get(ROW), i32.const(2)))], i32.less(get(ROW), get(HEIGHT))),
];
