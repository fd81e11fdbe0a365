import { page, type Shape } from "./page.ts";

const LINES = [
  "Say what you mean",
  "One idea a sentence",
  "Short words carry far",
  "Leave out the rest",
  "Then read it aloud",
];
/** Each line comes in, stands, and leaves. */
const LINE_SECONDS = 4;

/** Lines of text that come in word by word, stand still for two seconds and more, and leave. */
export function textHolds(shape: Shape): string {
  const { height, seconds } = shape;
  const s = height / 720;
  const count = Math.ceil(seconds / LINE_SECONDS);
  const lines = Array.from({ length: count }, (_, index) => LINES[index % LINES.length] ?? "");
  const words = (line: string): string =>
    line
      .split(" ")
      .map((word) => `<span>${word}</span>`)
      .join(" ");
  return page(shape, {
    css: `#root { background: #f4f1ea; color: #1b1b1f }
.line { left: ${80 * s}px; right: ${80 * s}px; top: ${220 * s}px; font-size: ${112 * s}px; line-height: 1.05; font-weight: 800; letter-spacing: -0.03em }
.line span { display: inline-block; opacity: 0 }
#rule { left: ${80 * s}px; top: ${180 * s}px; width: ${220 * s}px; height: ${6 * s}px; background: #e4572e; transform-origin: 0 50% }
#foot { left: ${80 * s}px; bottom: ${64 * s}px; font-size: ${24 * s}px; color: #6b6b70 }`,
    body: `<div id="rule"></div>
${lines.map((line, index) => `<h1 class="line" id="l${index}">${words(line)}</h1>`).join("\n")}
<div id="foot">Five rules for a plain page</div>`,
    script: `for (let line = 0; line < ${count}; line++) {
  const at = line * ${LINE_SECONDS};
  tl.fromTo("#l" + line + " span", { y: ${60 * s}, opacity: 0 }, { y: 0, opacity: 1, duration: .5, ease: "power3.out", stagger: .08 }, at);
  tl.fromTo("#rule", { scaleX: 0 }, { scaleX: 1, duration: .6, ease: "power2.out" }, at);
  tl.to("#l" + line + " span", { y: ${-40 * s}, opacity: 0, duration: .35, ease: "power2.in", stagger: .04 }, at + ${LINE_SECONDS - 0.6});
}`,
  });
}
