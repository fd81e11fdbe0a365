/** Frames of a chunk of one second of work: by the planner's model, a small frame costs 15 ms. */
const FRAMES_PER_CHUNK = 67;
const FPS = 30;

/** A composition that is planned as so many chunks; every frame shows another picture. */
export function ofChunks(chunks: number): string {
  const seconds = (chunks * FRAMES_PER_CHUNK) / FPS;
  return `<!doctype html><html><head><style>
    body { margin: 0; background: #123 }
    #root { position: relative; width: 320px; height: 180px; overflow: hidden; font: 20px sans-serif; color: #fff }
    b { position: absolute; width: 40px; height: 40px; background: #f80; border-radius: 8px; animation: go 7s linear infinite }
    i { position: absolute; left: 0; bottom: 0; height: 12px; background: #0f8; width: 100%; transform-origin: left;
      animation: grow ${seconds}s linear both }
    @keyframes go { to { transform: translate(280px, 140px) rotate(360deg) } }
    @keyframes grow { from { transform: scaleX(0) } }
  </style></head><body>
  <div id="root" data-composition-id="main" data-width="320" data-height="180" data-duration="${seconds}">
    <b></b><i></i></div></body></html>`;
}
