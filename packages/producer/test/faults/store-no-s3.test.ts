import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { basename, join } from "node:path";

import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { openFolder } from "../e2e/machine.ts";
import { keysOf, META, soon, sourceFile } from "../store/files.ts";
import { s3StoreAt } from "../store/stores.ts";

test("F44k: what answers is no S3, and Amazon's SDK waits for ever", { timeout: 90_000 }, async (context) => {
  await using folder = await openFolder("store-no-s3-");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () =>
      socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n"),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening", { signal: soon() });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { store } = s3StoreAt({ url, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  const file = await sourceFile(folder.dir, "x");
  const startedAt = performance.now();
  const calls: Record<string, Promise<unknown>> = {
    put: store.put("a", file, META, soon()),
    fetch: store.fetch("a", join(folder.dir, "fetched"), { signal: soon() }),
    stat: store.stat("a"),
    open: store.open("a", null, soon()),
    delete: store.delete(["a"]),
    list: keysOf(store),
    sweep: store.sweep(new Date()),
  };
  await Promise.all(
    Object.entries(calls).map(([name, call]) =>
      expect(call, name).rejects.toMatchObject({ code: "store-unavailable" }),
    ),
  );
  expectRecovery(context, performance.now() - startedAt, 30_000);
  expect(await readdir(folder.dir)).toEqual([basename(file)]);
  await store.close();
  server.close();
});
