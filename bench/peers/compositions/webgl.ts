import { page, type Shape } from "./page.ts";

const FRAGMENT = `precision highp float;
uniform float t; uniform vec2 size;
void main() {
  vec2 p = (gl_FragCoord.xy * 2.0 - size) / size.y;
  float w = 0.0;
  for (int i = 1; i < 5; i++) { float n = float(i); p += 0.35 / n * sin(n * p.yx * 2.1 + t * 0.6 + n); w += 0.5 + 0.5 * sin(p.x * n + p.y); }
  gl_FragColor = vec4(0.5 + 0.5 * cos(w + vec3(0.0, 2.1, 4.2) + t * 0.3), 1.0);
}`;

/** A shader that colours every pixel of every frame anew, in half the picture. */
export function webgl(shape: Shape): string {
  const { width, height, seconds } = shape;
  const s = height / 720;
  const [w, h] = [Math.round(width / 2), Math.round(height / 2)];
  return page(shape, {
    css: `#plane { left: ${width / 4}px; top: ${height / 5}px; border-radius: ${18 * s}px }
#words { left: 0; right: 0; bottom: ${70 * s}px; text-align: center; font-size: ${48 * s}px; font-weight: 700 }`,
    body: `<canvas id="plane" width="${w}" height="${h}"></canvas><div id="words">Every pixel, every frame</div>`,
    script: `const gl = document.getElementById("plane").getContext("webgl", { preserveDrawingBuffer: true });
const shader = (type, text) => { const it = gl.createShader(type); gl.shaderSource(it, text); gl.compileShader(it); return it; };
const program = gl.createProgram();
gl.attachShader(program, shader(gl.VERTEX_SHADER, "attribute vec2 at; void main() { gl_Position = vec4(at, 0.0, 1.0); }"));
gl.attachShader(program, shader(gl.FRAGMENT_SHADER, ${JSON.stringify(FRAGMENT)}));
gl.linkProgram(program);
gl.useProgram(program);
gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
gl.enableVertexAttribArray(0);
gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
gl.uniform2f(gl.getUniformLocation(program, "size"), ${w}, ${h});
const time = gl.getUniformLocation(program, "t");
const state = { t: 0 };
const draw = () => { gl.uniform1f(time, state.t); gl.drawArrays(gl.TRIANGLES, 0, 3); };
draw();
tl.to(state, { t: ${seconds}, duration: ${seconds}, ease: "none", onUpdate: draw }, 0);`,
  });
}
