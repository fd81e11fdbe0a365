import { stripVTControlCharacters } from "node:util";

/** Text of a composition or a service, made safe for a terminal: no escape sequences, one line. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, " ");
}
