import type { Warning } from "@framewright/contract";

/** Enough to see what is wrong; the rest is more of the same. */
const MAX_WARNINGS = 40;

/** As many as are read; what is left out is named in a last one. */
export function shortenWarnings(warnings: readonly Warning[]): Warning[] {
  if (warnings.length <= MAX_WARNINGS) return [...warnings];
  const rest = warnings.slice(MAX_WARNINGS - 1).map(({ code }) => code);
  const counts = [...new Set(rest)].map((code) => `${rest.filter((other) => other === code).length} ${code}`);
  return [
    ...warnings.slice(0, MAX_WARNINGS - 1),
    {
      code: "more-warnings",
      message: `At least ${rest.length} more warnings are left out: ${counts.join(", ")}.`,
      remedy: "Correct the others first; what remains then shows.",
    },
  ];
}
