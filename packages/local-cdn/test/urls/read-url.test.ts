import { expect, it } from "vitest";

import { isLibraryHost, readUrl } from "../../src/urls/read-url.ts";

/** A file's request in one line: `name@range path`. */
function fileAt(url: string): string {
  const request = readUrl(new URL(url));
  if (request.kind !== "file") return request.kind;
  return `${request.name}@${request.range} ${request.path}`.trim();
}

it.each([
  // jsDelivr
  ["https://cdn.jsdelivr.net/npm/gsap@3.12.5/dist/gsap.min.js", "gsap@3.12.5 dist/gsap.min.js"],
  ["https://cdn.jsdelivr.net/npm/gsap@3/dist/ScrollTrigger.min.js", "gsap@3 dist/ScrollTrigger.min.js"],
  ["https://cdn.jsdelivr.net/npm/gsap", "gsap@*"],
  [
    "https://cdn.jsdelivr.net/npm/@babel/standalone@7.24.0/babel.min.js",
    "@babel/standalone@7.24.0 babel.min.js",
  ],
  ["https://cdn.jsdelivr.net/npm/%40fontsource/inter/400.css", "@fontsource/inter@* 400.css"],
  ["https://fastly.jsdelivr.net/npm/chart.js@4.4.0/dist/chart.umd.js", "chart.js@4.4.0 dist/chart.umd.js"],
  ["https://cdn.jsdelivr.net/gh/mrdoob/three.js@r128/build/three.js", "unknown"],
  // unpkg
  ["https://unpkg.com/lottie-web@5.12.2", "lottie-web@5.12.2"],
  ["https://unpkg.com/three@0.160.0/build/three.module.js", "three@0.160.0 build/three.module.js"],
  [
    "https://unpkg.com/@lottiefiles/lottie-player@latest/dist/lottie-player.js",
    "@lottiefiles/lottie-player@latest dist/lottie-player.js",
  ],
  // cdnjs, whose names and versions are its own
  ["https://cdnjs.cloudflare.com/ajax/libs/gsap/3.12.2/gsap.min.js", "gsap@3.12.2 gsap.min.js"],
  ["https://cdnjs.cloudflare.com/ajax/libs/three.js/r128/three.min.js", "three@0.128.0 three.min.js"],
  [
    "https://cdnjs.cloudflare.com/ajax/libs/bodymovin/5.12.2/lottie.min.js",
    "lottie-web@5.12.2 lottie.min.js",
  ],
  ["https://cdnjs.cloudflare.com/ajax/libs/animejs/3.2.1/anime.min.js", "animejs@3.2.1 anime.min.js"],
  ["https://cdnjs.cloudflare.com/ajax/libs/p5.js/1.9.0/p5.min.js", "p5@1.9.0 p5.min.js"],
  [
    "https://cdnjs.cloudflare.com/ajax/libs/babel-standalone/7.23.5/babel.min.js",
    "@babel/standalone@7.23.5 babel.min.js",
  ],
  ["https://cdnjs.cloudflare.com/ajax/libs/pixi.js/7.4.2/pixi.min.js", "pixi.js@7.4.2 pixi.min.js"],
  ["https://cdnjs.cloudflare.com/ajax/libs/Chart.js/4.4.1/chart.umd.js", "chart.js@4.4.1 chart.umd.js"],
  [
    "https://cdnjs.cloudflare.com/ajax/libs/leaflet/1.9.4/images/marker-icon.png",
    "leaflet@1.9.4 images/marker-icon.png",
  ],
  [
    "https://cdnjs.cloudflare.com/ajax/libs/font-awesome/6.5.1/css/all.min.css",
    "@fortawesome/fontawesome-free@6.5.1 css/all.min.css",
  ],
  [
    "https://cdnjs.cloudflare.com/ajax/libs/font-awesome/4.7.0/css/font-awesome.min.css",
    "font-awesome@4.7.0 css/font-awesome.min.css",
  ],
  ["https://ajax.googleapis.com/ajax/libs/jquery/3.7.1/jquery.min.js", "jquery@3.7.1 jquery.min.js"],
  ["https://ajax.googleapis.com/ajax/libs/threejs/r84/three.min.js", "three@0.84.0 three.min.js"],
  // Hosts of a single library
  ["https://code.jquery.com/jquery-3.7.1.slim.min.js", "jquery@3.7.1 dist/jquery.slim.min.js"],
  ["https://code.jquery.com/ui/1.13.2/jquery-ui.min.js", "jquery-ui@1.13.2 jquery-ui.min.js"],
  ["https://d3js.org/d3.v7.min.js", "d3@7 d3.min.js"],
  ["https://d3js.org/d3-geo.v3.min.js", "d3-geo@3 dist/d3-geo.min.js"],
  ["https://threejs.org/build/three.module.js", "three@* build/three.module.js"],
  ["https://assets.codepen.io/16327/SplitText3.min.js", "gsap@3 dist/SplitText.min.js"],
  ["https://cdn.plot.ly/plotly-2.27.0.min.js", "plotly.js-dist-min@2.27.0 plotly.min.js"],
  ["https://api.mapbox.com/mapbox-gl-js/v2.15.0/mapbox-gl.css", "mapbox-gl@2.15.0 dist/mapbox-gl.css"],
  ["https://cdn.tailwindcss.com/3.4.1", "unknown"],
  // Files of hosts of modules
  ["https://esm.sh/leaflet@1.9.4/dist/leaflet.css", "leaflet@1.9.4 dist/leaflet.css"],
  // What no package can be
  ["https://cdn.jsdelivr.net/npm/../../etc/passwd", "unknown"],
  ["https://unpkg.com/%E0%A4%A", "unknown"],
  ["https://fonts.gstatic.com/s/inter/v13/UcC73FwrK3iLTeHuS.woff2", "unknown"],
  [
    "https://fonts.gstatic.com/s/npm/@fontsource/lato@5.3.0/files/a.woff2",
    "@fontsource/lato@5.3.0 files/a.woff2",
  ],
])("reads the package, version and file of %s", (url, expected) => {
  expect(fileAt(url)).toBe(expected);
});

it.each([
  ["https://esm.sh/react@18.2.0", "react", "18.2.0", "", false],
  ["https://esm.sh/react-dom@18.2.0/client", "react-dom", "18.2.0", "client", false],
  ["https://esm.sh/react-dom@18.2.0/client/+esm", "react-dom", "18.2.0", "client", true],
  ["https://esm.sh/v135/react@18.2.0/es2022/react.mjs", "react", "18.2.0", "", false],
  ["https://esm.sh/stable/react-dom@18.2.0/es2022/client.bundle.mjs", "react-dom", "18.2.0", "client", false],
  ["https://cdn.jsdelivr.net/npm/canvas-confetti@1.9.2/+esm", "canvas-confetti", "1.9.2", "", true],
  ["https://cdn.jsdelivr.net/npm/d3@7/+esm", "d3", "7", "", false],
  ["https://cdn.skypack.dev/gsap@3.12.5", "gsap", "3.12.5", "", false],
  [
    "https://unpkg.com/three@0.160.0/build/three.module.js?module",
    "three",
    "0.160.0",
    "build/three.module.js",
    true,
  ],
  ["https://ga.jspm.io/npm:gsap@3.12.5/index.js", "gsap", "3.12.5", "index.js", true],
])("reads the module of %s", (url, name, range, subpath, isCanonical) => {
  expect(readUrl(new URL(url))).toMatchObject({ kind: "module", name, range, subpath, isCanonical });
});

it("keeps what a module's URL says of dependencies for those that it leads to", () => {
  const request = readUrl(new URL("https://esm.sh/react-dom@18/client?deps=react@18.2.0&external=three"));
  expect(request).toMatchObject({ pinned: { react: "18.2.0" }, external: ["three"] });
  if (request.kind !== "module") throw new Error("no module");
  expect(request.address("react-dom", "18.2.0", "client")).toBe(
    "https://esm.sh/react-dom@18.2.0/client/+esm?deps=react@18.2.0&external=three",
  );
});

it("reads several files in one URL", () => {
  expect(
    readUrl(new URL("https://cdn.jsdelivr.net/combine/npm/gsap@3/dist/gsap.min.js,npm/d3@7")),
  ).toMatchObject({
    kind: "combined",
    parts: [
      { name: "gsap", range: "3", path: "dist/gsap.min.js" },
      { name: "d3", range: "7", path: "" },
    ],
  });
});

it("reads families, weights, italics and axes of both forms of Google Fonts", () => {
  const second = readUrl(
    new URL(
      "https://fonts.googleapis.com/css2?family=Playfair+Display:ital,wght@0,400..900;1,700&family=Inter:opsz,wght@14..32,100..900&display=swap&text=Hi!",
    ),
  );
  expect(second).toEqual({
    kind: "font-sheet",
    families: [
      {
        family: "Playfair Display",
        faces: [
          { isItalic: false, weight: [400, 900], axes: {} },
          { isItalic: true, weight: [700, 700], axes: {} },
        ],
      },
      { family: "Inter", faces: [{ isItalic: false, weight: [100, 900], axes: { opsz: [14, 32] } }] },
    ],
    display: "swap",
    text: "Hi!",
  });
  const first = readUrl(
    new URL("https://fonts.googleapis.com/css?family=Open+Sans:400,700italic|Roboto:bold,i"),
  );
  expect(first).toMatchObject({
    families: [
      { family: "Open Sans", faces: [{ weight: [400, 400] }, { weight: [700, 700], isItalic: true }] },
      { family: "Roboto", faces: [{ weight: [700, 700] }, { weight: [400, 400], isItalic: true }] },
    ],
    display: null,
    text: null,
  });
});

it("answers hosts of packages, and no others", () => {
  expect(isLibraryHost("cdn.jsdelivr.net")).toBe(true);
  expect(isLibraryHost("example.com")).toBe(false);
  expect(isLibraryHost("toString")).toBe(false);
});
