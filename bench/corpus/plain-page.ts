import type { Case, Part } from "./case.ts";
import type { Shape } from "./shapes.ts";

interface PageOptions {
  readonly head?: string;
  readonly script?: string;
  readonly module?: string;
}

/** A page of two seconds as people write them without knowing HyperFrames: its body says size and length. */
export function plainPage(body: string, { head = "", script = "", module = "" }: PageOptions = {}): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><style>* { box-sizing: border-box } html, body { margin: 0; background: #fff }
.bar { position: absolute; left: 0; width: 0; height: 16px; background: #000 }</style>${head}</head>
<body data-composition-id="page" data-width="320" data-height="180" data-duration="2">
${body}
${script === "" ? "" : `<script>${script}</script>`}${module === "" ? "" : `<script type="module">${module}</script>`}
</body></html>`;
}

type More = Partial<Omit<Case, "name">>;

/** Makes plain pages of one group; `files` go beside the page. */
export function plainGroup(group: string, part: Part) {
  return (name: string, page: string, shows: readonly Shape[], more: More = {}): Case => ({
    name: `${group}/${name}`,
    part,
    ...(shows.length > 0 && { shows }),
    ...more,
    files: { "index.html": page, ...more.files },
  });
}
