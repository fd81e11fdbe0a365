import { page, type Shape, steadyRandom } from "./page.ts";

interface Card {
  readonly left: number;
  readonly top: number;
  readonly dx: number;
  readonly dy: number;
  readonly turn: number;
  readonly hue: number;
  readonly angle: number;
}

/** Where the forty cards are, and how far they go. */
function cardsOf({ width, height }: Pick<Shape, "width" | "height">): Card[] {
  const random = steadyRandom();
  const scale = height / 720;
  return Array.from({ length: 40 }, (_, index) => ({
    left: Math.round(random() * (width - 110 * scale)),
    top: Math.round(random() * (height - 64 * scale)),
    dx: Math.round((random() - 0.5) * 600 * scale),
    dy: Math.round((random() - 0.5) * 400 * scale),
    turn: Math.round((random() - 0.5) * 720),
    hue: index * 9,
    angle: Math.round(random() * 360),
  }));
}

const TITLE = "HTML to video";

/** Many moving parts: forty cards with shadows and gradients, two glows, a title by its letters, and a bar. */
export function cards(shape: Shape): string {
  const { width, height, seconds } = shape;
  const all = cardsOf(shape);
  const s = height / 720;
  const letters = TITLE.split("").map((letter) => `<span>${letter === " " ? "&nbsp;" : letter}</span>`);
  const boxes = all.map(({ left, top, hue, angle }, index) => {
    const fill = `linear-gradient(${angle}deg, hsl(${hue}, 80%, 60%), hsl(${(hue + 60) % 360}, 80%, 45%))`;
    return `<div class="card" id="c${index}" style="left: ${left}px; top: ${top}px; background: ${fill}">card ${index + 1}</div>`;
  });
  return page(shape, {
    css: `#root { background: linear-gradient(135deg, #0b1020 0%, #1b2a5a 55%, #3a1760 100%) }
.glow { border-radius: 50%; width: ${600 * s}px; height: ${600 * s}px }
#g0 { left: ${-150 * s}px; top: ${-200 * s}px; background: radial-gradient(circle, rgba(56,189,248,.75) 0%, rgba(56,189,248,0) 70%) }
#g1 { left: ${width - 450 * s}px; top: ${height - 400 * s}px; background: radial-gradient(circle, rgba(244,114,182,.75) 0%, rgba(244,114,182,0) 70%) }
.card { width: ${110 * s}px; height: ${64 * s}px; border-radius: ${12 * s}px; font-size: ${18 * s}px; font-weight: 700; display: flex; align-items: center; justify-content: center; box-shadow: 0 ${6 * s}px ${18 * s}px rgba(0,0,0,.35) }
#title { left: 0; right: 0; top: ${height / 2 - 70 * s}px; text-align: center; font-size: ${96 * s}px; font-weight: 700; white-space: pre }
#title span { display: inline-block }
#sub { left: 0; right: 0; top: ${height / 2 + 60 * s}px; text-align: center; font-size: ${30 * s}px; color: #cbd5e1 }
#bar { left: 0; bottom: 0; height: ${10 * s}px; width: ${width}px; background: linear-gradient(90deg, #22d3ee, #a78bfa, #f472b6); transform-origin: 0 50% }`,
    body: `<div class="glow" id="g0"></div><div class="glow" id="g1"></div>
${boxes.join("\n")}
<h1 id="title">${letters.join("")}</h1><div id="sub">rendered frame by frame</div><div id="bar"></div>`,
    script: `const sway = { duration: ${seconds / 4}, ease: "sine.inOut", repeat: 3, yoyo: true };
tl.fromTo("#g0", { x: 0, y: 0, scale: 1, opacity: .6 }, { x: ${400 * s}, y: ${200 * s}, scale: 1.4, opacity: 1, ...sway }, 0);
tl.fromTo("#g1", { x: 0, y: 0, scale: 1, opacity: .6 }, { x: ${-400 * s}, y: ${-200 * s}, scale: 1.4, opacity: 1, ...sway }, 0);
${JSON.stringify(all)}.forEach((card, index) => {
  tl.fromTo("#c" + index, { x: 0, y: 0, scale: .8, opacity: .35 }, { x: card.dx, y: card.dy, scale: 1.2, opacity: 1, ...sway }, 0);
  tl.fromTo("#c" + index, { rotation: 0 }, { rotation: card.turn, duration: ${seconds}, ease: "none" }, 0);
});
tl.fromTo("#title span", { y: ${80 * s}, opacity: 0 }, { y: 0, opacity: 1, duration: 1, ease: "sine.inOut", stagger: 0.1 }, 0);
tl.fromTo("#sub", { opacity: 0 }, { opacity: 1, duration: 1, ease: "none" }, 2);
tl.fromTo("#bar", { scaleX: 0 }, { scaleX: 1, duration: ${seconds}, ease: "none" }, 0);`,
  });
}
