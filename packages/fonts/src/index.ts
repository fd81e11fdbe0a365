export { replacedFamily } from "./drawn-in.ts";
export { type FontShelf, prepareShelf } from "./prepare-shelf.ts";
