import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { submit } from "../e2e/api.ts";
import { eventually, expectFrames, openThree, TEST_MS, warningsOf } from "./fleet.ts";
import { framesOf, slowPage } from "./slow-pages.ts";

const FOUR = { chunks: 4 } as const;
/** One chunk, some 4 s of it waiting, with a browser's start, and a place for it that may be taken for as long. */
const ONE_CHUNK_MS = 12_000;

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8((bytes[middle] ?? 0) ^ 0xff, middle);
  await writeFile(file, bytes);
}

async function cut(file: string): Promise<void> {
  await truncate(file, Math.floor((await readFile(file)).length / 2));
}

test.for([
  ["a", "flipped in one byte", flip],
  ["b", "truncated", cut],
] as const)(
  "F42%s: a finished chunk is %s before the chunks are joined",
  { timeout: TEST_MS },
  async ([, , harm], context) => {
    const { fleet, api } = await openThree(context);
    const { id } = await submit(api, { html: slowPage(FOUR) });
    const { key, index } = await eventually("a chunk is finished", async () => {
      const [chunk] = await fleet.query(
        `SELECT f.key, c.index FROM framewright.chunks c JOIN framewright.chunk_files f USING (hash)
         WHERE c.render_id = $1 AND c.state = 'done' LIMIT 1`,
        [id],
      );
      return chunk;
    });
    await harm(join(fleet.storeDir, String(key)));
    // Others are still rendered.
    expect((await fleet.attempts(id)).some(({ ended }) => ended === null)).toBe(true);

    const render = await expectFrames(fleet, api, id, framesOf(FOUR));
    expect(warningsOf(render)).toEqual(["chunk-retried"]);
    expect(render.warnings.at(-1)?.message).toMatch(new RegExp(`rendered again: ${String(index)}\\.$`));
    const attempts = await fleet.attempts(id);
    const again = attempts.filter(({ kind, round }) => kind === "chunk" && round !== 0);
    expect(again).toMatchObject([{ index, round: 1, ended: "done" }]);
    const joins = attempts.filter(({ kind }) => kind === "assemble");
    expect(joins.map(({ round }) => round)).toEqual([0, 1]);
    const [found = 0, joined = 0] = joins.map(({ startedAt }) => startedAt.getTime());
    expectRecovery(context, joined - found, ONE_CHUNK_MS);
  },
);
