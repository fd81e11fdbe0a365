import { page, type Shape } from "./page.ts";

/** A canvas that is drawn anew for each frame: six hundred particles with trails, and a line of text over it. */
export function canvas(shape: Shape): string {
  const { width, height, seconds } = shape;
  const s = height / 720;
  return page(shape, {
    css: `#label { left: ${60 * s}px; bottom: ${52 * s}px; font-size: ${40 * s}px; font-weight: 700 }`,
    body: `<canvas id="field" width="${width}" height="${height}" style="left: 0; top: 0"></canvas><div id="label">Six hundred particles</div>`,
    script: `const context = document.getElementById("field").getContext("2d");
const state = { t: 0 };
const draw = () => {
  context.fillStyle = "#0a0d1c";
  context.fillRect(0, 0, ${width}, ${height});
  for (let index = 0; index < 600; index++) {
    const a = index * 2.399963 + state.t * (.2 + (index % 7) * .05);
    const r = ${height * 0.46} * Math.sqrt(index / 600) * (1 + .12 * Math.sin(state.t * 1.7 + index));
    const x = ${width / 2} + 1.5 * r * Math.cos(a), y = ${height / 2} + r * Math.sin(a);
    context.fillStyle = "hsl(" + ((index * .6 + state.t * 40) % 360) + " 85% 62%)";
    context.beginPath();
    context.arc(x, y, ${2.4 * s} + (index % 5) * ${0.6 * s}, 0, 7);
    context.fill();
  }
};
draw();
tl.to(state, { t: ${seconds}, duration: ${seconds}, ease: "none", onUpdate: draw }, 0);
tl.fromTo("#label", { x: ${-40 * s}, opacity: 0 }, { x: 0, opacity: 1, duration: .8, ease: "power2.out" }, .3);`,
  });
}
