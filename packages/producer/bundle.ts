import type { BuildOptions } from "esbuild";

/** How what runs in Node is bundled: workspace packages and all else, but what is found by name at run time. */
export const NODE_BUNDLE: BuildOptions = {
  bundle: true,
  platform: "node",
  target: "node22",
  format: "esm",
  // Only used when the page runtime is bundled from source, which the build has done.
  external: ["esbuild"],
  // Libraries in CommonJS call `require` for Node's own modules, and ask where they are.
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      "const require = __createRequire(import.meta.url), __dirname = import.meta.dirname;",
    ].join(" "),
  },
};
