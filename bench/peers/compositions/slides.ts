import { page, type Shape } from "./page.ts";

const SLIDE_SECONDS = 5;

/** Slides that stand still but for a moment at each change: mostly frames that equal the one before. */
export function slides(shape: Shape): string {
  const { width, height, seconds } = shape;
  const s = height / 720;
  const count = Math.ceil(seconds / SLIDE_SECONDS);
  const rows = (slide: number): string =>
    Array.from({ length: 5 }, (_, row) => {
      const value = 20 + ((slide * 37 + row * 23) % 75);
      return `<div class="row"><b>Region ${row + 1}</b><i style="width: ${value * 7 * s}px"></i><em>${value} %</em></div>`;
    }).join("");
  return page(shape, {
    css: `#root { background: linear-gradient(180deg, #ffffff, #e9eef6); color: #14213d }
.slide { left: 0; top: 0; width: ${width}px; height: ${height}px; padding: ${70 * s}px ${90 * s}px; opacity: 0 }
.slide h2 { font-size: ${58 * s}px; margin-bottom: ${36 * s}px }
.row { display: flex; align-items: center; gap: ${24 * s}px; margin: ${18 * s}px 0; font-size: ${26 * s}px }
.row i { height: ${34 * s}px; border-radius: ${6 * s}px; background: linear-gradient(90deg, #2a9d8f, #52b788) }
.row em { font-style: normal; color: #52606d }`,
    body: Array.from(
      { length: count },
      (_, slide) =>
        `<div class="slide" id="slide${slide}"><h2>Quarter ${(slide % 4) + 1}</h2>${rows(slide)}</div>`,
    ).join("\n"),
    script: `for (let slide = 0; slide < ${count}; slide++) {
  const at = slide * ${SLIDE_SECONDS};
  tl.fromTo("#slide" + slide, { opacity: 0, x: ${50 * s} }, { opacity: 1, x: 0, duration: .5, ease: "power2.out" }, at);
  if (slide + 1 < ${count}) tl.to("#slide" + slide, { opacity: 0, duration: .3 }, at + ${SLIDE_SECONDS - 0.3});
}`,
  });
}
