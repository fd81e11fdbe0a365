import { expect, it } from "vitest";

import { vendoredName } from "../src/project/vendored-name.ts";

it("names a file for its URL, so that people can read it", () => {
  expect(vendoredName("https://cdn.jsdelivr.net/npm/gsap@3.12.5/dist/gsap.min.js")).toBe(
    "cdn.jsdelivr.net/npm+gsap@3.12.5+dist+gsap.min.js",
  );
});

it("gives URLs that differ in what a name cannot say names that differ", () => {
  const names = ["", "?module", "?module&x", "/", "+"].map((end) =>
    vendoredName(`https://unpkg.com/film@1${end}`),
  );
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^unpkg\.com\/[\w@.+-]+$/);
});
