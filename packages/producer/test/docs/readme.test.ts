import { readFile } from "node:fs/promises";

import { PROBLEMS } from "@framewright/contract";
import { expect, it } from "vitest";

import { CONFIG_VARIABLES } from "../../src/config.ts";
import { jsonOf, startApp } from "../http/start-app.ts";

const readme = await readFile(new URL("../../../../README.md", import.meta.url), "utf8");

/** The rows of a section's last table, without its head. */
function rowsOf(heading: string): string[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const table = section.split(/\|(?:---\|)+\n/).at(-1) ?? "";
  return table.split("\n").filter((line) => line.startsWith("|"));
}

const row = (...cells: string[]): string => `| ${cells.join(" | ")} |`;
const code = (text: string | null): string => (text ? `\`${text}\`` : "none");

it("the README's configuration table is the schema", () => {
  const rows = CONFIG_VARIABLES.map(({ name, description, default: fallback }) =>
    row(code(name), description, code(fallback)),
  );
  expect(rowsOf("Configuration")).toEqual(rows);
});

it("the README's errors table is the catalogue", () => {
  const rows = Object.entries(PROBLEMS).map(([name, { status, owner, retryable, title, remedy }]) =>
    row(code(name), String(status), owner, retryable ? "yes" : "no", title, remedy),
  );
  expect(rowsOf("Errors")).toEqual(rows);
});

it("the README's table of the API has every route of the contract", async () => {
  const app = await startApp();
  try {
    const { paths } = await jsonOf(await fetch(`${app.url}/openapi.json`));
    const routes = Object.entries(paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const listed = [...readme.matchAll(/^\| `([A-Z]+ \/\S*)`/gm)].map(([, route]) => route);
    expect(routes.length).toBeGreaterThan(8);
    expect(listed).toEqual(expect.arrayContaining(routes));
  } finally {
    await app.stop();
  }
});
