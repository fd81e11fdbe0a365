import { expect, it } from "vitest";

import { openSession, textOf } from "./session.ts";

const CSS2 = "https://fonts.googleapis.com/css2?family=";

it("sends a rule for each face and subset, with files that are served", async () => {
  const session = await openSession({ mode: "shelf" });
  const sheet = await textOf(
    session,
    `${CSS2}Poppins:ital,wght@0,300;1,800&family=Inter:wght@100..900&display=swap`,
  );
  const rules = sheet.split("\n").filter((line) => line.startsWith("@font-face"));
  const latin = rules.filter((rule) => rule.includes("U+0000-00FF"));
  expect(latin.map((rule) => rule.replace(/src: .*/, "").trim())).toEqual([
    '@font-face { font-family: "Poppins"; font-style: normal; font-weight: 300; font-display: swap;',
    '@font-face { font-family: "Poppins"; font-style: italic; font-weight: 800; font-display: swap;',
    '@font-face { font-family: "Inter"; font-style: normal; font-weight: 100 900; font-display: swap;',
  ]);
  for (const rule of rules) {
    const [, url = ""] = /url\((\S+)\)/.exec(rule) ?? [];
    // Files of WOFF2 begin so.
    expect((await textOf(session, url)).slice(0, 4)).toBe("wOF2");
  }
});

it("gives a text's characters alone", async () => {
  const session = await openSession({ mode: "shelf" });
  const sheet = await textOf(session, `${CSS2}Space+Grotesk&text=Hi%20%C5%82`);
  const ranges = [...sheet.matchAll(/unicode-range: ([^;]+);/g)].map(([, range]) => range);
  expect(new Set(ranges)).toEqual(new Set(["U+142", "U+48,U+69,U+20"]));
});

it("names what a family does not have, and takes the nearest", async () => {
  const session = await openSession({ mode: "shelf" });
  const sheet = await textOf(
    session,
    "https://fonts.googleapis.com/css?family=Bebas+Neue:700italic|No+Such+Family",
  );
  expect(sheet).toContain("font-weight: 400;");
  expect(session.record.report().notes.map(({ message }) => message)).toEqual([
    expect.stringContaining("no-such-family"),
    expect.stringContaining("Bebas Neue has no weight 700"),
    expect.stringContaining("Bebas Neue has no italic"),
  ]);
});

it("refuses a sheet of which no family is to be had", async () => {
  const session = await openSession({ mode: "shelf" });
  await expect(textOf(session, `${CSS2}No+Such+Family`)).rejects.toThrow("@fontsource/no-such-family");
});
