import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { copyOut } from "../../src/store/copy-out.ts";
import { MIB, putBytes, readAll, sha256, soon } from "./files.ts";
import { DRIVERS } from "./stores.ts";

const KEY = "renders/a/1.mp4";

test.each(DRIVERS)("what is copied out of a store may be changed: %s", async (_name, open) => {
  await using opened = await open();
  const { store, work } = opened;
  const content = await putBytes(store, work, KEY, MIB);
  const artifact = { key: KEY, sha256: sha256(content) };
  const file = join(work, "copy");
  await copyOut(store, artifact, file, soon());
  expect(content.equals(await readFile(file))).toBe(true);
  await appendFile(file, "changed");
  expect(content.equals(await readAll(await store.open(KEY, null, soon())))).toBe(true);

  const other = copyOut(store, { ...artifact, sha256: sha256("other") }, join(work, "other"), soon());
  await expect(other).rejects.toMatchObject({ code: "artifact-corrupt" });
  await store.delete([KEY]);
  const gone = copyOut(store, artifact, join(work, "gone"), soon());
  await expect(gone).rejects.toMatchObject({ code: "artifact-expired" });
});
