import { addOwnStyles } from "./own-styles.ts";

/** A text cursor would blink by the machine's time. Source: CSS Basic User Interface 4, `caret-animation`. */
export function keepCaretSteady(): void {
  addOwnStyles(":root { caret-animation: manual !important }");
}
