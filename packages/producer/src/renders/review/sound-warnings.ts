import type { Warning } from "@framewright/contract";
import type { MixedSound } from "@framewright/engine";

/** What there is to tell of a render's sound. */
export function soundWarnings(sound: Pick<MixedSound, "summedPeak"> | null): Warning[] {
  if (sound === null || sound.summedPeak <= 1) return [];
  const decibels = Number((20 * Math.log10(sound.summedPeak)).toFixed(1));
  return [
    {
      code: "sound-limited",
      severity: "info",
      message: `The sounds together are up to ${decibels} dB louder than full scale, and were turned down where they are.`,
      remedy: "Lower data-volume where several sounds are heard at once.",
      measured: { decibels },
    },
  ];
}
