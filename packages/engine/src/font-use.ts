import { isProblemError } from "@framewright/contract";
import { z } from "zod";

import type { Page } from "./browser/page.ts";
import type { FontUse } from "./page-protocol.ts";

const FONT_USES = z.array(
  z.object({
    element: z.string(),
    families: z.array(z.string()),
    own: z.array(z.string()),
    failed: z.array(z.string()),
    missing: z.array(z.string()),
  }),
);

/** Characters enough to tell of one text. */
const MAX_MISSING = 100;

/** Asks an open page how its texts use fonts; nothing where its own scripts keep it from telling. */
export async function readFontUse(page: Page, deadline: number): Promise<readonly FontUse[]> {
  try {
    const uses = FONT_USES.parse(await page.evaluate("__framewright.fontUse()", deadline));
    return uses.map((use) => ({ ...use, missing: use.missing.slice(0, MAX_MISSING) }));
  } catch (error) {
    const isPages =
      error instanceof z.ZodError || (isProblemError(error) && error.code === "page-script-failed");
    if (isPages) return [];
    throw error;
  }
}
