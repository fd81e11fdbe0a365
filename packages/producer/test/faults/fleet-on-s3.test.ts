import { createHash, randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { call, type Service, submit, waitForRender } from "../e2e/api.ts";
import { databaseOf, queryDatabaseOf } from "../e2e/database-of.ts";
import { frameHashes } from "../e2e/decode.ts";
import { expectQuiet } from "../e2e/leftovers.ts";
import { openFolder } from "../e2e/machine.ts";
import { layeredPage } from "../e2e/pages.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { startTestProducer } from "../e2e/producer.ts";
import { tarGz, upload } from "../e2e/uploads.ts";
import { type Fault, type Seen, startFaultProxy } from "../store/fault-proxy.ts";
import { MIB } from "../store/files.ts";
import { BUCKET, startFauxqsS3 } from "../store/s3-servers.ts";

const SECONDS = 20;
const FRAMES = SECONDS * 30;
/** Of PRODUCER_CHUNK_SECONDS=1: the work of so small a picture's frames is taken for 15 ms each. */
const CHUNKS = 8;
/** So large that the composition goes into the store in parts. */
const ASSET_BYTES = 20 * MIB;
const RENDER_TIMEOUT_MS = 180_000;

const FAULTS = {
  "500": "500",
  reset: "reset",
  late: { lateMs: 1_500 },
} as const satisfies Record<string, Fault>;
type FaultName = keyof typeof FAULTS;
const NAMES = Object.keys(FAULTS) as readonly FaultName[];
const METHODS = ["GET", "HEAD", "POST", "PUT"] as const;
/** One request of four is disturbed. */
const CHANCES = [...NAMES, ...Array.from({ length: 9 }, () => undefined)];

/** Picks of lists that look random, the same for the same seed. */
function picker(seed: number): <T>(list: readonly T[]) => T | undefined {
  let count = 0;
  return (list) => {
    const digest = createHash("sha256").update(`${seed}:${count++}`).digest();
    return list[digest.readUInt32BE() % list.length];
  };
}

interface Mischief {
  readonly fault: (request: Seen) => Fault;
  /** Which faults were injected into which requests: `PUT reset`. */
  readonly injected: ReadonlySet<string>;
}

/** Faults by chance; the first requests of each method meet every one of them, in an order by chance. */
function mischief(seed: number): Mischief {
  const pick = picker(seed);
  const firsts = new Map<string, FaultName[]>();
  const injected = new Set<string>();
  const next = (method: string): FaultName | undefined => {
    const left = firsts.get(method) ?? [...NAMES];
    firsts.set(method, left);
    const first = pick(left);
    if (first === undefined) return pick(CHANCES);
    left.splice(left.indexOf(first), 1);
    return first;
  };
  const fault = ({ method }: Seen): Fault => {
    const name = next(method);
    if (name === undefined) return "none";
    injected.add(`${method} ${name}`);
    return FAULTS[name];
  };
  return { fault, injected };
}

interface Member extends AsyncDisposable {
  readonly dataDir: string;
  readonly process: ProducerProcess;
}

async function startMember(env: Readonly<Record<string, string>>): Promise<Member> {
  const folder = await openFolder();
  const process = await startProducerProcess(FROM_SOURCE, folder.dir, env).catch(async (error: unknown) => {
    await folder[Symbol.asyncDispose]();
    throw error;
  });
  return {
    dataDir: folder.dir,
    process,
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** How many chunks each process has finished, by its pid. */
async function chunksDone(databaseDir: string): Promise<ReadonlyMap<number, number>> {
  const rows = await queryDatabaseOf<{ pid: number; chunks: number }>(
    databaseDir,
    `SELECT split_part(a.owner, ':', 2)::int AS pid, count(*)::int AS chunks
     FROM framewright.attempts a JOIN pgboss.job j ON j.id = a.job_id
     WHERE a.ended = 'done' AND j.data ->> 'kind' = 'chunk' GROUP BY 1`,
  );
  return new Map(rows.map(({ pid, chunks }) => [pid, chunks]));
}

/** The decoded frames of a render's video. */
async function framesOf(service: Service, id: string, dir: string): Promise<string[]> {
  const answer = await call(service, `/v1/renders/${id}/artifact`);
  expect(answer.status).toBe(200);
  const file = join(dir, `${id}.mp4`);
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
  return frameHashes(file);
}

const TITLE =
  "a render over two workers and an S3 that fails, joined by a third, has the frames of a plain one";
test(TITLE, { timeout: 2 * RENDER_TIMEOUT_MS }, async () => {
  const seed = Number(process.env["FRAMEWRIGHT_SEED"] ?? Date.now() % 2 ** 31);
  process.stdout.write(`FRAMEWRIGHT_SEED=${seed}\n`);
  await using folder = await openFolder();
  const bucketDir = join(folder.dir, "bucket");
  await using server = await startFauxqsS3(bucketDir);
  await using proxy = await startFaultProxy(server.url);
  const { fault, injected } = mischief(seed);
  proxy.fault = fault;
  const common = {
    ...(await databaseOf(folder.dir)),
    PRODUCER_CHUNK_SECONDS: "1",
    PRODUCER_STORE_URL: `s3://${BUCKET}/fleet`,
    PRODUCER_S3_ENDPOINT: proxy.url,
    AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
  };
  const worker = { ...common, PRODUCER_ROLE: "worker", PRODUCER_WORKERS: "1" };
  await using api = await startMember({ ...common, PRODUCER_ROLE: "api" });
  await using first = await startMember(worker);
  await using second = await startMember(worker);

  const project = { "index.html": layeredPage(SECONDS), "asset.bin": randomBytes(ASSET_BYTES) };
  const form = upload(await tarGz(project), {});
  const { id } = await submit(api.process, form);
  await waitForRender(api.process, id, ({ progress }) => (progress.framesDone ?? 0) > 0, RENDER_TIMEOUT_MS);
  await using third = await startMember(worker);
  const { state, problem, plan } = await waitForRender(api.process, id, undefined, RENDER_TIMEOUT_MS);
  expect([state, problem, plan?.chunks.length]).toEqual(["succeeded", null, CHUNKS]);
  const done = await chunksDone(folder.dir);
  process.stdout.write(`chunks by worker: ${JSON.stringify([...done])}, requests: ${proxy.seen.length}\n`);
  expect(new Set(done.keys())).toEqual(new Set([first, second, third].map(({ process: { pid } }) => pid)));
  expect([...done.values()].reduce((sum, chunks) => sum + chunks, 0)).toBe(CHUNKS);

  const frames = await framesOf(api.process, id, folder.dir);
  await using plain = await startTestProducer({ PRODUCER_CHUNK_SECONDS: "1" });
  const undisturbed = await submit(plain, form);
  await waitForRender(plain, undisturbed.id, undefined, RENDER_TIMEOUT_MS);
  expect(frames).toHaveLength(FRAMES);
  expect(frames).toEqual(await framesOf(plain, undisturbed.id, folder.dir));

  expect([...injected].toSorted()).toEqual(
    METHODS.flatMap((method) => NAMES.map((name) => `${method} ${name}`)).toSorted(),
  );
  const joined = proxy.seen.filter(({ method, url }) => method === "POST" && url.includes("uploadId="));
  expect(joined.some(({ status }) => status === 200)).toBe(true);
  expect(await readdir(join(bucketDir, "_multipart"))).toEqual([]);
  for (const { process: member, dataDir } of [api, first, second, third])
    await expectQuiet(member.pid, dataDir);
});
