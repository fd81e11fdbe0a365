import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { expect, it } from "vitest";

import { fontWarnings } from "../../src/plan/font-warnings.ts";
import type { ProbeResult } from "../../src/work/jobs.ts";
import { runJob } from "../../src/work/run-job.ts";
import { openFolder, sharedTools } from "../e2e/machine.ts";

/** Texts that the fonts of the service have, with what may be taken for a missing glyph and is none. */
const THERE = {
  chinese: "中文 简体 直骨",
  japanese: "日本語 カタカナ ひらがな",
  korean: "한국어",
  emoji: "👨‍👩‍👧 🇩🇪 👍🏽 ❤️ #️⃣ 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
  scripts: "مرحبا שלום नमस्ते สวัสดี Привет Ελλάδα Việt łódź",
  marks: "e\u0301 a\u0308\u0304 o\u0328",
  symbols: "→ ✓ ★ ∑ █ ▶ ◆ ♪ ½ ™ ⌘ ☎ ⚡ € ₿ ∞ ≠",
  invisible: "a\u200Db\uFE0Fc\u00ADd\u200Be\uFEFFf\u2060g\u200E",
};
const MISSING = { private: "\uE000", unassigned: "\u0378", burmese: "မြန်မာ" };

const paragraphs = (texts: Record<string, string>): string =>
  Object.entries(texts)
    .map(([id, text]) => `<p id=${id}>${text}</p>`)
    .join("");

const PAGE = `<!doctype html><html><head><meta charset=utf-8><style>
  @font-face { font-family: Outside; src: url(inter.woff2); font-weight: 100 900 }
  @font-face { font-family: Gone; src: url(gone.woff2) }
  p { font: 20px Inter, sans-serif } span { font: 700 40px Inter; white-space: pre }
  #before::before { content: "Ⴀ ་ཀ" }
</style></head><body data-composition-id=main data-width=640 data-height=360 data-duration=1>
${paragraphs(THERE)}${paragraphs(MISSING)}<p id=before>x</p><p hidden id=hidden>ꦗꦮ</p>
<input id=field placeholder="ኢትዮጵያ" style="font-family: monospace"><svg><text id=svg font-family=Lato>ខ្មែរ</text></svg>
<p id=system style="font-family: -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto">a</p>
<p id=fallback style="font-family: 'SF Pro Display', Inter, sans-serif">a</p>
<p id=arial style="font-family: 'Helvetica Neue', Arial, sans-serif">a</p>
<p id=brand style="font-family: 'Brand Sans', monospace">a</p>
<p id=gone style="font-family: Gone, 'Playfair Display'">a</p>
<p id=gone-alone style="font-family: Gone, serif">a</p>
<span id=named>Hamburgefonts</span><span id=outside style="font-family: Outside">Hamburgefonts</span>
<span id=helvetica style="font-family: Helvetica">Hamburgefonts</span><span id=sans style="font-family: sans-serif">Hamburgefonts</span>
<canvas id=c></canvas><script>
  const context = c.getContext("2d"); context.font = "20px Roboto"; context.fillText("ქართული", 0, 20);
  addEventListener("load", async () => {
    await document.fonts.load("700 40px Outside");
    const width = (id) => document.getElementById(id).getBoundingClientRect().width;
    throw new Error(JSON.stringify(["outside", "named", "helvetica", "sans"].map(width)));
  });
</script></body></html>`;

async function probeFonts(dir: string): Promise<ProbeResult["probe"]> {
  const snapshotDir = join(dir, "snapshot");
  await mkdir(snapshotDir, { recursive: true });
  await writeFile(join(snapshotDir, "index.html"), PAGE);
  const fonts = createRequire(import.meta.resolve("@framewright/fonts/package.json"));
  const inter = fonts.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");
  await copyFile(inter, join(snapshotDir, "inter.woff2"));
  const result = await runJob(
    {
      kind: "probe",
      tools: await sharedTools(),
      snapshotDir,
      entryFile: "index.html",
      variables: {},
      fps: { num: 30, den: 1 },
      allowedHosts: [],
      scratchDir: dir,
      readyTimeoutMs: 20_000,
      frameTimeoutMs: 20_000,
    },
    { signal: AbortSignal.timeout(60_000), progress: () => undefined },
  );
  return (result as ProbeResult).probe;
}

it("pages get the fonts of the service, and are told which characters no font has and which families are replaced", async () => {
  await using folder = await openFolder();
  const { fonts = [], uncaught } = await probeFonts(folder.dir);

  // By its name, a family is the same font as by its file, which the browser draws by itself.
  const [outside, ...others] = JSON.parse(/\[.*\]/.exec(uncaught[0]?.text ?? "[]")?.[0] ?? "[]") as number[];
  expect(outside).toBeGreaterThan(250);
  expect(others).toEqual([outside, outside, outside]);

  const missing = fonts.flatMap((use) => use.missing);
  expect(missing.join("")).not.toMatch(
    new RegExp(`[${Object.values(THERE).join("").replaceAll("#", "")}]`, "u"),
  );
  for (const character of ["\uE000", "\u0378", "မ", "Ⴀ", "ཀ", "ꦗ", "ኢ", "ខ", "ქ"]) {
    expect(missing, character).toContain(character);
  }

  const warnings = fontWarnings(fonts).map(({ code, message }) => `${code}: ${message}`);
  expect(warnings).toContainEqual(
    expect.stringMatching(/^glyphs-missing: No font has ខ \(U\+1781\).* of #svg, in font-family Lato: /),
  );
  const svg = fontWarnings(fonts).find(({ message }) => message.includes("#svg"));
  expect(svg?.remedy).toContain('href="https://fonts.googleapis.com/css2?family=Noto+Sans+Khmer"');

  const replaced = warnings.filter((text) => text.startsWith("font-replaced"));
  expect(replaced.toSorted()).toEqual([
    "font-replaced: #arial asks for Helvetica Neue, Arial, which are not there: Inter is drawn.",
    "font-replaced: #brand asks for Brand Sans, which is not there: JetBrains Mono is drawn.",
    "font-replaced: #gone-alone asks for Gone, which is not there (the files of Gone did not load): EB Garamond is drawn.",
    "font-replaced: #helvetica asks for Helvetica, which is not there: Inter is drawn.",
  ]);
}, 90_000);
