const SOURCES = {
  "health-worker": "./health/health-worker.ts",
  "render-worker": "./render-worker.ts",
} as const;

/**
 * Where a worker's entry file is: in the source tree under development, beside this code in the bundle.
 * The bundler does not follow names given at run time, so each entry is a build target of its own.
 */
export function workerEntry(name: keyof typeof SOURCES): URL {
  const inSourceTree = import.meta.url.endsWith(".ts");
  return new URL(inSourceTree ? SOURCES[name] : `./${name}.js`, import.meta.url);
}
