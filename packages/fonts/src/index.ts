export { type FontShelf, prepareShelf } from "./prepare-shelf.ts";
