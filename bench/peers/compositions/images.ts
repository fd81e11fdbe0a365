import { page, type Shape } from "./page.ts";

/** Files that the page shows, which lie beside it. */
export const PICTURES = ["picture-0.jpg", "picture-1.jpg", "picture-2.jpg", "picture-3.jpg"];
const SECONDS_EACH = 2.5;

/** Photographs that drift and grow, each fading into the next, with a caption. */
export function images(shape: Shape): string {
  const { width, height, seconds } = shape;
  const s = height / 720;
  const count = Math.ceil(seconds / SECONDS_EACH);
  const shown = Array.from({ length: count }, (_, index) => PICTURES[index % PICTURES.length] ?? "");
  return page(shape, {
    css: `.picture { left: 0; top: 0; width: ${width}px; height: ${height}px; object-fit: cover; opacity: 0 }
#caption { left: ${56 * s}px; bottom: ${48 * s}px; padding: ${10 * s}px ${20 * s}px; background: rgba(10,12,20,.72); border-radius: ${8 * s}px; font-size: ${32 * s}px; font-weight: 600 }`,
    body: `${shown.map((file, index) => `<img class="picture" id="p${index}" src="${file}" alt="">`).join("\n")}<div id="caption">A slow look around</div>`,
    script: `for (let index = 0; index < ${count}; index++) {
  const at = index * ${SECONDS_EACH};
  tl.fromTo("#p" + index, { opacity: 0 }, { opacity: 1, duration: .6, ease: "none" }, at);
  tl.fromTo("#p" + index, { scale: 1, x: 0 }, { scale: 1.18, x: index % 2 ? ${30 * s} : ${-30 * s}, duration: ${SECONDS_EACH + 0.6}, ease: "none" }, at);
  if (index > 0) tl.set("#p" + (index - 1), { opacity: 0 }, at + .6);
}`,
  });
}
