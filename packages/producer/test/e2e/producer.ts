import { type EmbeddedProducer, startProducer } from "../../src/index.ts";
import { databaseOf } from "./database-of.ts";
import { type Folder, openFolder } from "./machine.ts";

export interface TestProducer extends AsyncDisposable {
  readonly url: string;
  readonly healthUrl: string;
  readonly dataDir: string;
  readonly producer: EmbeddedProducer;
}

/** What every producer of a test has in common: free ports, a folder and a database of its own, no log. */
export async function testEnvironment(dataDir: string): Promise<Record<string, string>> {
  return {
    ...(await databaseOf(dataDir)),
    PRODUCER_PORT: "0",
    PRODUCER_HEALTH_PORT: "0",
    PRODUCER_HEALTH_HOST: "127.0.0.1",
    PRODUCER_DATA_DIR: dataDir,
    PRODUCER_WORKERS: "2",
    PRODUCER_LOG_LEVEL: "silent",
    PRODUCER_DRAIN_SECONDS: "2",
    PRODUCER_MIN_FREE_BYTES: "0",
  };
}

/** A producer inside this process; `await using` ends it and removes its folder. */
export async function startTestProducer(env: Readonly<Record<string, string>> = {}): Promise<TestProducer> {
  const folder: Folder = await openFolder();
  try {
    const producer = await startProducer({ env: { ...(await testEnvironment(folder.dir)), ...env } });
    return {
      url: producer.url,
      healthUrl: producer.healthUrl ?? "",
      dataDir: folder.dir,
      producer,
      [Symbol.asyncDispose]: async () => {
        await producer.close();
        await folder[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}
