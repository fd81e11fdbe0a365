export { replacedFamily } from "./drawn-in.ts";
export { notoFamilies } from "./noto.ts";
export { type FontShelf, prepareShelf } from "./prepare-shelf.ts";
