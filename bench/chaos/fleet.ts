import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { createDatabase, type Database } from "../../packages/producer/src/postgres/database.ts";
import {
  type EmbeddedServer,
  startEmbedded,
} from "../../packages/producer/src/postgres/embedded/embedded-server.ts";
import { type Member, startMember } from "./member.ts";

const START_TIMEOUT_MS = 60_000;
const CHUNK_SECONDS = 1;
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** One API and some workers on one database and one store. */
export interface Fleet {
  readonly url: string;
  readonly members: readonly Member[];
  readonly database: Database;
  /** The database's own folder, which its processes name. */
  readonly databaseDir: string;
  /** Lines of the log that tell of errors. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

function urlOf({ connection }: EmbeddedServer): string {
  const { host, port, user, database } = connection;
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host ?? "")}`;
}

/** Starts a fleet whose files are all in one folder. */
export async function startFleet(dir: string, workers: number, cacheDir: string): Promise<Fleet> {
  const databaseDir = join(dir, "postgres");
  await mkdir(dir, { recursive: true });
  const onWarning = (): void => undefined;
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  const server = await startEmbedded({ dir: databaseDir, cacheDir, signal, onWarning });
  const database = createDatabase({ connection: server.connection, server, onWarning });
  await database.ready;
  // The API keeps its port over its lives; nobody else is likely to have it.
  const port = FIRST_PORT + (process.pid % PORTS);
  const errors: string[] = [];
  const member = (name: string, role: string, more: Readonly<Record<string, string>> = {}): Member =>
    startMember(
      name,
      {
        DATABASE_URL: urlOf(server),
        PRODUCER_ROLE: role,
        PRODUCER_STORE_URL: `file://${join(dir, "store")}`,
        PRODUCER_DATA_DIR: join(dir, name),
        PRODUCER_HEALTH_PORT: "0",
        PRODUCER_HEALTH_HOST: "127.0.0.1",
        PRODUCER_MIN_FREE_BYTES: "0",
        PRODUCER_DRAIN_SECONDS: "4",
        PRODUCER_CHUNK_SECONDS: String(CHUNK_SECONDS),
        ...more,
      },
      (line) => {
        if (/"level":"(error|fatal)"/.test(line)) errors.push(`${name}: ${line}`);
      },
    );
  const members = [
    member("api", "api", { PRODUCER_PORT: String(port) }),
    ...Array.from({ length: workers }, (_, n) =>
      member(`worker-${n + 1}`, "worker", { PRODUCER_WORKERS: "1" }),
    ),
  ];
  return {
    url: `http://127.0.0.1:${port}`,
    members,
    database,
    databaseDir,
    errors,
    async close() {
      await Promise.all(members.map((each) => each.close()));
      await database.close();
    },
  };
}
