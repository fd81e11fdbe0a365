/** How many letters have to be inserted, removed or replaced to make one word of the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The word that was probably meant. */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  const scored = words.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  return scored.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}
