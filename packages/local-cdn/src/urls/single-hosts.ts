import { cdnjsFile } from "./cdnjs.ts";
import { type LibraryRequest, unknown, type UrlReader } from "./library-request.ts";
import { fileRequest } from "./package-spec.ts";

/** Reads a path by patterns, the first that fits. */
function byPattern(
  ...rules: readonly (readonly [RegExp, (...groups: string[]) => LibraryRequest])[]
): UrlReader {
  return (url) => {
    for (const [pattern, read] of rules) {
      const match = pattern.exec(url.pathname);
      if (match) return read(...match.slice(1).map((group) => group ?? ""));
    }
    return unknown();
  };
}

const file = (name: string, range: string, path: string): LibraryRequest =>
  fileRequest({ name, range }, path, { isLoose: true });

/** Hosts of a single library: packages of npm in disguise. */
export const SINGLE_HOSTS: Readonly<Record<string, UrlReader>> = {
  "code.jquery.com": byPattern(
    [
      /^\/jquery-(\d[^/]*?)((?:\.slim)?(?:\.min)?\.js)$/,
      (version, end) => file("jquery", version, `dist/jquery${end}`),
    ],
    [/^\/ui\/(\d[^/]*)\/(.+)$/, (version, path) => file("jquery-ui", version, path)],
  ),
  "d3js.org": byPattern(
    [/^\/d3\.v(\d+)(\.min)?\.js$/, (major, min) => file("d3", major, `d3${min}.js`)],
    [/^\/topojson\.v(\d+)(\.min)?\.js$/, (major, min) => file("topojson", major, `topojson${min}.js`)],
    [
      /^\/(d3-[a-z-]+)\.v(\d+)(\.min)?\.js$/,
      (name, major, min) => file(name, major, `dist/${name}${min}.js`),
    ],
  ),
  "threejs.org": byPattern([
    /^\/((?:build|examples\/(?:jsm|js|fonts))\/.+)$/,
    (path) => file("three", "*", path),
  ]),
  "assets.codepen.io": byPattern([
    /^\/16327\/([A-Za-z]+?)(?:-latest-beta|-beta)?3?(\.min)?\.js$/,
    (name, min) => file("gsap", "3", `dist/${name}${min}.js`),
  ]),
  "cdn.plot.ly": byPattern([
    /^\/plotly-(?:basic-|cartesian-)?(\d[\d.]*?)(?:\.min)?\.js$/,
    (version) => file("plotly.js-dist-min", version, "plotly.min.js"),
  ]),
  "api.mapbox.com": byPattern([
    /^\/mapbox-gl-js\/v(\d[^/]*)\/(mapbox-gl[^/]*)$/,
    (version, path) => file("mapbox-gl", version, `dist/${path}`),
  ]),
  "use.fontawesome.com": byPattern([
    /^\/releases\/v(\d[^/]*)\/(.+)$/,
    (version, path) => cdnjsFile("font-awesome", version, path),
  ]),
  "maxcdn.bootstrapcdn.com": byPattern([
    /^\/([a-z-]+)\/(\d[^/]*)\/(.+)$/,
    (library, version, path) => cdnjsFile(library, version, path),
  ]),
  "stackpath.bootstrapcdn.com": byPattern([
    /^\/([a-z-]+)\/(\d[^/]*)\/(.+)$/,
    (library, version, path) => cdnjsFile(library, version, path),
  ]),
  "cdn.babylonjs.com": byPattern([
    /^\/(?:v(\d[^/]*)\/)?(babylon(?:\.max)?\.js)$/,
    (version, path) => file("babylonjs", version || "*", path),
  ]),
  "cdn.tailwindcss.com": () =>
    unknown(
      'No package of npm holds this script. Use <script src="https://cdn.jsdelivr.net/npm/@tailwindcss/browser@4"></script>, or build the style sheet and ship it.',
    ),
};
