import { page, type Shape } from "./page.ts";

/** Large soft shapes that move, and a pane of frosted glass over them. */
export function blurs(shape: Shape): string {
  const { width, height, seconds } = shape;
  const s = height / 720;
  const hues = [205, 330, 45, 265, 150];
  const shapes = hues.map((hue, index) => {
    const place = `left: ${(index * width) / 6}px; top: ${((index * 3) % 5) * 90 * s}px`;
    return `<div class="soft" id="s${index}" style="${place}; background: hsl(${hue} 85% 58%)"></div>`;
  });
  return page(shape, {
    css: `#root { background: #101427 }
.soft { width: ${380 * s}px; height: ${380 * s}px; border-radius: 50%; filter: blur(${60 * s}px) }
#pane { left: ${width * 0.2}px; top: ${height * 0.25}px; width: ${width * 0.6}px; height: ${height * 0.5}px; border-radius: ${28 * s}px; background: rgba(255,255,255,.14); border: ${1.5 * s}px solid rgba(255,255,255,.35); backdrop-filter: blur(${24 * s}px); display: flex; align-items: center; justify-content: center; font-size: ${72 * s}px; font-weight: 600 }`,
    body: `${shapes.join("\n")}<div id="pane"><span>Soft focus</span></div>`,
    script: `for (let index = 0; index < ${hues.length}; index++) {
  tl.fromTo("#s" + index, { x: 0, y: 0, scale: 1 }, { x: ${260 * s} * Math.cos(index * 2), y: ${220 * s} * Math.sin(index * 2 + 1), scale: 1.35, duration: ${seconds / 4}, ease: "sine.inOut", repeat: 3, yoyo: true }, 0);
}
tl.fromTo("#pane", { y: ${40 * s}, opacity: 0 }, { y: 0, opacity: 1, duration: 1.2, ease: "power2.out" }, .2);`,
  });
}
