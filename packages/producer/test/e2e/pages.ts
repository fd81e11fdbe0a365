export const LAYERED_SIZE = { width: 320, height: 180 };

/** Everything that is drawn by layers: `will-change`, turns in space, shadows, blur and text. */
export function layeredPage(seconds: number): string {
  const cards = Array.from({ length: 12 }, (_, n) => `<p style="--n:${n}"><b>Card ${n}</b></p>`).join("");
  return `<!doctype html><html><head><style>
  body { margin: 0; background: linear-gradient(120deg, #123, #456) }
  main { position: relative; width: 320px; height: 180px; overflow: hidden; perspective: 300px }
  p { position: absolute; margin: 0; padding: 6px; left: calc(10px + var(--n) * 22px); top: 60px; color: #fff;
      font: 700 14px sans-serif; background: hsl(calc(var(--n) * 30) 70% 50%); border-radius: 6px;
      box-shadow: 0 4px 12px #000a; will-change: transform, opacity; backface-visibility: hidden;
      animation: turn 1s calc(var(--n) * -0.07s) linear infinite }
  b { display: block; filter: drop-shadow(0 0 3px #000); animation: pulse 0.4s ease-in-out infinite alternate }
  @keyframes turn { to { transform: rotate3d(1, 1, 0.3, 360deg) translateZ(20px) scale(1.2); opacity: 0.6 } }
  @keyframes pulse { to { transform: scale(1.4); filter: blur(2px) } }
  </style></head><body>
  <main data-composition-id="main" data-width="320" data-height="180" data-start="0" data-duration="${seconds}">${cards}</main>
  </body></html>`;
}

export interface PageOptions {
  readonly width?: number | string | null;
  readonly height?: number | string | null;
  /** Of `data-duration`; null leaves it out. (Default: 0.5) */
  readonly duration?: number | string | null;
  readonly head?: string;
  readonly body?: string;
  readonly script?: string;
}

/** A small composition; what matters to a test is put into it. */
export function page(options: PageOptions = {}): string {
  const { width = 64, height = 64, duration = 0.5, head = "", body = "", script } = options;
  const attribute = (name: string, value: number | string | null): string =>
    value === null ? "" : ` ${name}="${value}"`;
  const attributes = [
    attribute("data-width", width),
    attribute("data-height", height),
    attribute("data-duration", duration),
  ].join("");
  return `<!doctype html><html><head><style>html, body { margin: 0; background: #000 }</style>${head}</head><body>
<div id="root" data-composition-id="main" data-start="0"${attributes}>${body}</div>
${script === undefined ? "" : `<script>${script}</script>`}</body></html>`;
}

/** Text in the page: a script in a page must not hold its own end. */
export function inlineScript(source: string): string {
  return `<script>${source.replaceAll("</script", "<\\/script")}</script>`;
}
