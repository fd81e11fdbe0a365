import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { ask } from "../postgres/ask.ts";
import { createTestDatabase } from "../postgres/test-database.ts";

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");

/** The question that decides how many workers there are. */
const QUERY = /query: (.+)/.exec(read("deploy/kubernetes/base/scaling.yaml"))?.[1] ?? "";
/** How the guide makes a role for whoever asks it. */
const ROLE_SQL = /```sql\n(.*?)```/s.exec(read("docs/kubernetes.md"))?.[1] ?? "";

async function addRender(url: string, state: string, plan: object | null): Promise<string> {
  const id = randomUUID();
  const planned = plan ? `'${JSON.stringify(plan)}'` : "NULL";
  await ask(
    url,
    `INSERT INTO framewright.renders (id, tenant, state, released, request_id, options, snapshot, deadline, progress, plan)
     VALUES ('${id}', 'default', '${state}', true, 'test', '{}', '{}', now() + interval '1 hour', '{}', ${planned})`,
  );
  return id;
}

async function addChunk(url: string, render: string, index: number, state: string): Promise<void> {
  await ask(
    url,
    `INSERT INTO framewright.chunks (render_id, index, start_frame, end_frame, state, hash)
     VALUES ('${render}', ${index}, ${index * 10}, ${index * 10 + 10}, '${state}', 'hash-${index}')`,
  );
}

test("no work asks for no workers", async () => {
  await using database = await createTestDatabase();
  expect(await ask(database.url, QUERY)).toEqual([{ seconds: 0 }]);
});

test("the work that is left asks for workers, the work that is done does not", async () => {
  await using database = await createTestDatabase();
  const { url } = database;
  const running = await addRender(url, "running", { estimate: { seconds: 100 } });
  for (const [index, state] of ["done", "done", "done", "waiting", "waiting"].entries()) {
    await addChunk(url, running, index, state);
  }
  // Two chunks of five, and joining them.
  expect(await ask(url, QUERY)).toEqual([{ seconds: 40 + 5 }]);
  await addRender(url, "queued", null);
  expect(await ask(url, QUERY)).toEqual([{ seconds: 40 + 5 + 30 }]);
});

test("the role that the guide makes may ask how much work waits, and nothing else", async () => {
  await using database = await createTestDatabase();
  const role = `scaling_${randomBytes(6).toString("hex")}`;
  const url = database.url.replace("framewright@", `${role}@`);
  expect(ROLE_SQL).toContain("framewright_scaling");
  await ask(database.url, ROLE_SQL.replaceAll("framewright_scaling", role));
  try {
    expect(await ask(url, QUERY)).toEqual([{ seconds: 0 }]);
    await expect(ask(url, "SELECT * FROM framewright.renders")).rejects.toThrow(/permission denied/);
  } finally {
    await ask(database.url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
