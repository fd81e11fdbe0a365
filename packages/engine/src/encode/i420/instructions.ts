/** WebAssembly as bytes: https://webassembly.github.io/spec/core/binary/instructions.html */
export type Code = readonly number[];

/** LEB128, in which WebAssembly writes numbers. */
export function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const SIMD = 0xfd;
const simd = (opcode: number): Code => [SIMD, ...unsigned(opcode)];
const binary =
  (opcode: Code) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: binary([0x6a]),
  sub: binary([0x6b]),
  mul: binary([0x6c]),
  shl: binary([0x74]),
  shr: binary([0x76]),
  less: binary([0x49]),
  smaller: (a: Code, b: Code): Code => [...a, ...b, ...i32.less(a, b), 0x1b],
};

/** Repeats the body for as long as the condition holds after it. */
export const repeat = (body: Code, condition: Code): Code => [
  ...[0x03, 0x40, ...body],
  ...[...condition, 0x0d, 0x00, 0x0b],
];

/** Bytes need not lie at addresses of any kind. */
const at = (offset: number): Code => [0x00, ...unsigned(offset)];
const littleEndian = (lanes: readonly number[], bytes: number): Code =>
  lanes.flatMap((lane) => Array.from({ length: bytes }, (_, index) => (lane >> (8 * index)) & 0xff));

/** Vectors of 16 bytes: https://webassembly.github.io/spec/core/binary/instructions.html#vector-instructions */
export const v128 = {
  load: (address: Code, offset: number): Code => [...address, ...simd(0x00), ...at(offset)],
  store: (address: Code, value: Code): Code => [...address, ...value, ...simd(0x0b), ...at(0)],
  storeLow8: (address: Code, value: Code): Code => [...address, ...value, ...simd(0x5b), ...at(0), 0x00],
  and: binary(simd(0x4e)),
  /** Picks bytes by their numbers: those of the second vector follow those of the first. */
  pick: (a: Code, b: Code, bytes: readonly number[]): Code => [...a, ...b, ...simd(0x0d), ...bytes],
};
export const i16x8 = {
  const: (lanes: readonly number[]): Code => [...simd(0x0c), ...littleEndian(lanes, 2)],
  add: binary(simd(0x8e)),
  shrUnsigned: (value: Code, bits: number): Code => [...value, ...i32.const(bits), ...simd(0x8d)],
  /** Of two vectors of 32-bit lanes, cut off where they do not fit. */
  narrow: binary(simd(0x85)),
};
export const u8x16 = { narrow: binary(simd(0x66)) };
export const i32x4 = {
  const: (lane: number): Code => [...simd(0x0c), ...littleEndian([lane, lane, lane, lane], 4)],
  add: binary(simd(0xae)),
  shrSigned: (value: Code, bits: number): Code => [...value, ...i32.const(bits), ...simd(0xac)],
  /** The sum of each two neighbouring products of 16-bit lanes. */
  dot: binary(simd(0xba)),
};
export const i64x2 = {
  shrUnsigned: (value: Code, bits: number): Code => [...value, ...i32.const(bits), ...simd(0xcd)],
};
