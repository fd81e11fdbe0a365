/** The libraries of cdnjs that npm has by another name. */
const NPM_NAMES: Readonly<Record<string, string>> = {
  "babel-standalone": "@babel/standalone",
  bodymovin: "lottie-web",
  d3js: "d3",
  "fabric.js": "fabric",
  "font-awesome": "@fortawesome/fontawesome-free",
  "gsap-latest-beta": "gsap",
  "handlebars.js": "handlebars",
  "highlight.js": "@highlightjs/cdn-assets",
  jqueryui: "jquery-ui",
  "lodash.js": "lodash",
  materialize: "materialize-css",
  "moment.js": "moment",
  "p5.js": "p5",
  "paper.js": "paper",
  "plotly.js": "plotly.js-dist-min",
  prism: "prismjs",
  "snap.svg": "snapsvg",
  "svg.js": "@svgdotjs/svg.js",
  "three.js": "three",
  threejs: "three",
  "underscore.js": "underscore",
  velocity: "velocity-animate",
  webfont: "webfontloader",
};

/** A library's name on npm, and what else it may be called there: the name itself, or without what marks a script. */
export function npmNames(library: string): { readonly name: string; readonly aliases: readonly string[] } {
  const lower = library.toLowerCase();
  const name = NPM_NAMES[lower] ?? lower;
  const plain = lower.replace(/[.-]?js$/, "");
  const aliases = new Set([lower, plain, library]);
  aliases.delete(name);
  aliases.delete("");
  return { name, aliases: [...aliases] };
}
