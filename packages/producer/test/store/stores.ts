import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openFileStore } from "../../src/store/file-store.ts";
import type { Store } from "../../src/store/port.ts";
import type { S3Options } from "../../src/store/s3-bucket.ts";
import { openS3Store } from "../../src/store/s3-store.ts";
import { BUCKET, type S3Server, startFauxqsS3, startS3rver } from "./s3-servers.ts";

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  /** A folder for the test's own files, on the store's file system where it has one. */
  readonly work: string;
  readonly warnings: string[];
}

export function s3StoreAt(
  { credentials, url }: Pick<S3Server, "credentials" | "url">,
  endpoint = url,
  more: Partial<S3Options> = {},
): { store: Store; warnings: string[] } {
  const warnings: string[] = [];
  const store = openS3Store({
    bucket: BUCKET,
    prefix: "some/where/",
    region: "us-east-1",
    endpoint,
    pathStyle: true,
    redirect: true,
    credentials,
    onWarning: (message) => warnings.push(message),
    ...more,
  });
  return { store, warnings };
}

async function openFolderStore(): Promise<TestStore> {
  const work = await mkdtemp(join(tmpdir(), "store-test-"));
  const warnings: string[] = [];
  const store = await openFileStore(join(work, "store"), { onWarning: (message) => warnings.push(message) });
  return {
    store,
    work,
    warnings,
    [Symbol.asyncDispose]: () => rm(work, { recursive: true, force: true }),
  };
}

/** A store in a bucket of a server that is started for it. */
export async function openServerStore(
  start: () => Promise<S3Server>,
): Promise<TestStore & Pick<S3Server, "credentials" | "url">> {
  const work = await mkdtemp(join(tmpdir(), "store-test-"));
  const server = await start();
  const { store, warnings } = s3StoreAt(server);
  return {
    url: server.url,
    credentials: server.credentials,
    store,
    work,
    warnings,
    async [Symbol.asyncDispose]() {
      await store.close();
      await server[Symbol.asyncDispose]();
      await rm(work, { recursive: true, force: true });
    },
  };
}

/** Every driver; S3 on two servers, for neither has everything. */
export const DRIVERS: readonly (readonly [name: string, open: () => Promise<TestStore>])[] = [
  ["folder", openFolderStore],
  ["S3 (s3rver)", () => openServerStore(startS3rver)],
  ["S3 (fauxqs)", () => openServerStore(startFauxqsS3)],
];
