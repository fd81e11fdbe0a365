import { listenForInterrupt } from "./interrupt.ts";
import { loadProducer } from "./local-producer.ts";
import { run } from "./run.ts";

/** For whatever should have been closed and was not. */
const LINGER_MS = 2000;

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: listenForInterrupt(),
  loadProducer,
});
process.exitCode = code;
setTimeout(() => process.exit(code), LINGER_MS).unref();
