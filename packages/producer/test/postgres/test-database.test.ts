import { expect, it } from "vitest";

import { ask } from "./ask.ts";
import { createTestDatabase } from "./test-database.ts";

it("a test's database is migrated, has the queue's tables, and is gone afterwards", async ({ annotate }) => {
  const startedAt = performance.now();
  const database = await createTestDatabase();
  await annotate(`created in ${Math.round(performance.now() - startedAt)} ms`);
  expect(
    await ask(
      database.url,
      "SELECT to_regclass('framewright.renders') IS NOT NULL AS ours, to_regclass('pgboss.job') IS NOT NULL AS theirs",
    ),
  ).toEqual([{ ours: true, theirs: true }]);
  await database[Symbol.asyncDispose]();
  await expect(ask(database.url, "SELECT 1")).rejects.toThrow(/does not exist/);
});
