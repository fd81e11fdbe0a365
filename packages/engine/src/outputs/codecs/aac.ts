/** Arguments of ffmpeg for sound that any player takes: 192 kbit/s is what streaming services call high. */
export function aacArguments(): string[] {
  return ["-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2"];
}
