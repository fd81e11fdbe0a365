import { randomUUID } from "node:crypto";

const SIDE = 64;

/** Long enough for two chunks, one for each worker. */
const SECONDS = 23;
/** At the default of 30 frames per second. */
export const FRAMES = SECONDS * 30;

function page(duration: string, script = ""): string {
  return `<!doctype html><html><head><style>
    body { margin: 0; background: #123 }
    main { position: relative; width: ${SIDE}px; height: ${SIDE}px; overflow: hidden }
    b { position: absolute; left: 0; top: 20px; width: 20px; height: 20px; background: #fb4;
        animation: cross 2s linear infinite alternate }
    @keyframes cross { to { transform: translateX(44px) rotate(180deg) } }
  </style></head><body><main data-composition-id="chaos" data-width="${SIDE}" data-height="${SIDE}" data-start="0"
    data-duration="${duration}"><b></b></main><script>${script}</script></body></html>`;
}

/** A composition that takes some seconds to render, the same each time but for its hash: what is known is not rendered again. */
export function plainPage(): string {
  return page(String(SECONDS), `// ${randomUUID()}`);
}

/** In the console of the page that follows. */
export const POISON_LAST_WORDS = "digging";

/** Plans well, and half a second into the video takes its own process down: so deep a page overflows its stack. */
export const POISON_PAGE = page(
  "2",
  `const dig = () => {
    console.log("${POISON_LAST_WORDS}");
    let inner = document.body;
    for (let depth = 0; depth < 10000; depth++) inner = inner.appendChild(document.createElement("div"));
  };
  const wait = () => (performance.now() > 500 ? dig() : requestAnimationFrame(wait));
  requestAnimationFrame(wait);`,
);

/** Says that it lasts for 317 years. */
export const ENDLESS_PAGE = page("10000000000");
