import { type Code, unsigned } from "./instructions.ts";
import { BODY, NUMBER_LOCALS, PARAMETERS, VECTOR_LOCALS } from "./kernel.ts";

const [I32, V128, FUNCTION] = [0x7f, 0x7b, 0x60];

const text = (name: string): Code => sized([...Buffer.from(name)]);
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const list = (...items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, ...items: readonly Code[]): Code => [id, ...sized(list(...items))];

const locals = list([...unsigned(NUMBER_LOCALS), I32], [...unsigned(VECTOR_LOCALS), V128]);
const parameters = list(...Array.from({ length: PARAMETERS }, () => [I32]));

/** A module with one function, `convert`, on a memory that is given: https://webassembly.github.io/spec/core/binary/modules.html */
export const MODULE = Uint8Array.from([
  ...Buffer.from("\0asm"),
  ...[1, 0, 0, 0],
  ...section(1, [FUNCTION, ...parameters, ...list()]),
  // The memory is `pixels.memory`, of at least no pages.
  ...section(2, [...text("pixels"), ...text("memory"), 0x02, 0x00, 0x00]),
  ...section(3, [0]),
  ...section(7, [...text("convert"), 0x00, 0]),
  ...section(10, sized([...locals, ...BODY, 0x0b])),
]);
