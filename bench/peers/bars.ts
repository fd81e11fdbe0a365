import type { Result } from "./result.ts";

const [WIDTH, BAR, GAP, GROUP_GAP, LABEL, TOP] = [860, 14, 3, 16, 290, 44];
const COLOURS: Readonly<Record<Result["family"], string>> = {
  framewright: "#2a9d8f",
  hyperframes: "#8d99ae",
  remotion: "#cbb279",
};

interface Placed {
  readonly svg: string;
  readonly bottom: number;
}

function bar(result: Result, y: number, scale: number): string {
  const { composition, contender, family, frames, seconds } = result;
  const rate = frames / seconds;
  const length = Math.max(1, rate * scale).toFixed(1);
  const text = `y="${y + BAR - 3}" font-size="11"`;
  return `<text x="${LABEL - 8}" ${text} text-anchor="end">${composition}: ${contender}</text>
<rect x="${LABEL}" y="${y}" width="${length}" height="${BAR}" rx="2" fill="${COLOURS[family]}"/>
<text x="${LABEL + Number(length) + 6}" ${text}>${rate.toFixed(1)}</text>`;
}

/** Frames a second of each contender, one group of bars a composition, as a picture. */
export function bars(results: readonly Result[], title: string): string {
  const scale = (WIDTH - LABEL - 60) / Math.max(1, ...results.map(({ frames, seconds }) => frames / seconds));
  const groups = Map.groupBy(results, ({ composition }) => composition);
  const placed = [...groups.values()].reduce<Placed>(
    ({ svg, bottom }, group) => ({
      svg: [svg, ...group.map((result, index) => bar(result, bottom + index * (BAR + GAP), scale))].join(
        "\n",
      ),
      bottom: bottom + group.length * (BAR + GAP) + GROUP_GAP,
    }),
    { svg: "", bottom: TOP },
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${placed.bottom}" font-family="sans-serif" fill="#24292f">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="16" y="26" font-size="15" font-weight="600">${title}</text>${placed.svg}
</svg>
`;
}
