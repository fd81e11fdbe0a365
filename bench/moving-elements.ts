const ELEMENTS = 40;

/** 40 moving elements with shadows, blur, gradients and text, at any size and length. */
export function movingElements(width: number, height: number, seconds: number): string {
  const cards = Array.from({ length: ELEMENTS }, (_, i) => {
    const size = 60 + ((i * 37) % 90);
    const hue = (i * 47) % 360;
    return `<div class="card" style="width:${size}px;height:${size}px;left:${(i * 131) % 90}%;top:${(i * 71) % 85}%;
      background:linear-gradient(${hue}deg,hsl(${hue} 80% 60%),hsl(${(hue + 80) % 360} 80% 40%));
      animation-duration:${3 + (i % 5)}s;animation-delay:${-(i % 7) / 2}s;${i % 4 === 0 ? "filter:blur(2px);" : ""}">${i + 1}</div>`;
  }).join("");
  return `<!doctype html><html><head><style>
    body { margin: 0; background: radial-gradient(circle at 30% 20%, #24305e, #0b0d26 70%); overflow: hidden }
    #root { position: relative; width: ${width}px; height: ${height}px; font: 600 28px sans-serif; color: #fff }
    .card { position: absolute; border-radius: 18px; display: grid; place-items: center;
      box-shadow: 0 12px 32px rgb(0 0 0 / 55%); animation: drift 4s ease-in-out infinite alternate }
    @keyframes drift { to { transform: translate(${width / 8}px, ${height / 7}px) rotate(140deg) scale(1.3) } }
    h1 { position: absolute; left: 6%; bottom: 4%; margin: 0; font-size: ${height / 9}px; text-shadow: 0 6px 24px #000 }
  </style></head><body>
  <div id="root" data-composition-id="bench" data-width="${width}" data-height="${height}" data-start="0" data-duration="${seconds}">
    ${cards}<h1>Forty moving elements</h1></div></body></html>`;
}
