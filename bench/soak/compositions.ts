import { movingElements } from "../moving-elements.ts";

/** A composition of the mix, and what has to become of it. */
export interface Subject {
  readonly name: string;
  readonly html: string;
  /** How often it is taken, relative to the others. */
  readonly share: number;
  /** Frames of the video, or the code that its plan is refused with. */
  readonly expected: number | string;
}

const FPS = 30;

function page(side: number, seconds: number, style: string, body: string): string {
  return `<!doctype html><html><head><style>
    body { margin: 0; background: #123 }
    main { position: relative; width: ${side}px; height: ${side}px; overflow: hidden } ${style}
  </style></head><body><main data-composition-id="soak" data-width="${side}" data-height="${side}" data-start="0"
    data-duration="${seconds}">${body}</main></body></html>`;
}

const css = (seconds: number): string =>
  page(
    128,
    seconds,
    `b { position: absolute; top: 40px; width: 40px; height: 40px; background: #fb4;
         animation: cross 1s linear infinite alternate }
     @keyframes cross { to { transform: translateX(88px) rotate(180deg) } }`,
    "<b></b>",
  );

const canvas = (seconds: number): string =>
  page(
    192,
    seconds,
    "",
    `<canvas id="c" width="192" height="192"></canvas><script>
      const pen = document.getElementById("c").getContext("2d");
      const draw = () => {
        const now = performance.now() / 1000;
        pen.fillStyle = "#012"; pen.fillRect(0, 0, 192, 192);
        for (let i = 0; i < 40; i++) {
          pen.fillStyle = "hsl(" + i * 9 + " 80% 60%)";
          pen.fillRect(90 + 70 * Math.cos(now + i), 90 + 70 * Math.sin(now * 1.3 + i), 9, 9);
        }
        requestAnimationFrame(draw);
      };
      requestAnimationFrame(draw);
    </script>`,
  );

const SUBJECTS: readonly Subject[] = [
  { name: "css", html: css(1.5), share: 5, expected: 1.5 * FPS },
  { name: "canvas", html: canvas(2), share: 4, expected: 2 * FPS },
  // Of two chunks.
  { name: "long", html: css(23), share: 1, expected: 23 * FPS },
  { name: "heavy", html: movingElements(640, 360, 2), share: 2, expected: 2 * FPS },
  { name: "endless", html: css(1e10), share: 1, expected: "duration-infinite" },
];

/** One of the mix, by its share. `random` is from 0 to 1. */
export function takeSubject(random: number): Subject {
  const total = SUBJECTS.reduce((sum, { share }) => sum + share, 0);
  let left = random * total;
  const found = SUBJECTS.find(({ share }) => (left -= share) < 0);
  if (!found) throw new Error("the mix is empty");
  return found;
}
