import type { BenchQuality } from "./contenders.ts";
import { compareAll, geometricMean, type Result } from "./result.ts";

const MIB = 2 ** 20;
const HEAD = [
  "composition",
  "contender",
  "quality",
  "frames/s",
  "CPU s",
  "peak MiB",
  "KiB",
  "SSIM",
  "PSNR dB",
];

function row(result: Result): string[] {
  const { composition, contender, quality, frames, seconds, cpuSeconds, peakBytes, fileBytes, likeness } =
    result;
  return [
    composition,
    contender,
    quality,
    (frames / seconds).toFixed(1),
    cpuSeconds.toFixed(1),
    (peakBytes / MIB).toFixed(0),
    (fileBytes / 1024).toFixed(0),
    likeness?.ssim.toFixed(4) ?? "-",
    likeness?.psnr.toFixed(1) ?? "-",
  ];
}

/** All results, as a table of Markdown. */
export function resultTable(results: readonly Result[]): string {
  const rows = [HEAD, HEAD.map(() => "---"), ...results.map(row)];
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Ours against HyperFrames' fastest way in the same quality: times for speed, shares for the rest. */
export function ratioTable(results: readonly Result[], quality: BenchQuality): string {
  const comparisons = compareAll(results, quality);
  const lines = comparisons.map(({ ours, peer, speed }) => {
    const share = (figure: "cpuSeconds" | "peakBytes" | "fileBytes"): string =>
      (ours[figure] / peer[figure]).toFixed(2);
    const cells = [ours.composition, `${speed.toFixed(2)} ×`, share("cpuSeconds"), share("peakBytes")];
    return `| ${[...cells, share("fileBytes")].join(" | ")} |`;
  });
  if (comparisons.length === 0) return `${quality}: HyperFrames rendered none of these.`;
  const speeds = comparisons.map(({ speed }) => speed);
  const least = Math.min(...speeds).toFixed(2);
  const mean = geometricMean(speeds).toFixed(2);
  return [
    `${quality}: ${mean} times as fast in the geometric mean, ${least} times on the worst.\n`,
    "| composition | speed | CPU | memory | size |\n| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}
