import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startFauxqs } from "fauxqs";
import S3rver from "s3rver";

export const BUCKET = "framewright-test";

export interface S3Server extends AsyncDisposable {
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** On disk; knows its access keys, but checks no signatures of today; cannot abort uploads, nor list them. */
export async function startS3rver(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), "s3rver-"));
  const options = { port: 0, address: "127.0.0.1", silent: true, directory };
  const server = new S3rver({ ...options, configureBuckets: [{ name: BUCKET, configs: [] }] });
  const { port } = await server.run();
  return {
    url: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** In memory, or in a folder, where uploads that are not finished are in `_multipart`; aborts them; takes every access key. */
export async function startFauxqsS3(s3StorageDir?: string): Promise<S3Server> {
  const where = s3StorageDir === undefined ? {} : { s3StorageDir };
  const server = await startFauxqs({ port: 0, logger: false, host: "127.0.0.1", ...where });
  server.createBucket(BUCKET);
  return {
    url: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
