import "./startup/require-node.ts";

import { ConfigError, readConfig, readEnvironment, readMachine } from "./config.ts";
import { tellUnusedVariables } from "./hyperframes-variables.ts";
import { createLog } from "./log.ts";
import { createShutdown, type ShutdownStep } from "./shutdown.ts";
import { checkFolders } from "./startup/check-folders.ts";
import { startFailure } from "./startup/start-failure.ts";

/** How long a start may take to notice that it is to end. */
const START_STOP_MS = 10_000;
/** Exit code for a configuration or a machine that the service cannot start with. */
const EXIT_BAD_SETUP = 2;

function configuration(): ReturnType<typeof readConfig> {
  try {
    return readConfig(readEnvironment({}));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(
      `The configuration is not valid:\n${error.lines.map((line) => `  ${line}\n`).join("")}`,
    );
    process.exit(EXIT_BAD_SETUP);
  }
}

/** What most often keeps a service from starting is looked at before the rest of it is loaded. */
async function startUp(): Promise<void> {
  await checkFolders(config);
  const { startProducer } = await import("./producer.ts");
  const machine = readMachine(readEnvironment({}));
  await startProducer({ config, machine, log, steps, signal: starting.signal });
}

const config = configuration();
const log = createLog({ level: config.logLevel, format: config.logFormat });
tellUnusedVariables(readEnvironment({}), log);
const steps: ShutdownStep[] = [];
const starting = new AbortController();
const start = startUp();
const shutdown = createShutdown({
  log,
  drainMs: config.drainMs,
  stopStarting: {
    name: "start-up",
    timeoutMs: START_STOP_MS,
    run: async () => {
      starting.abort();
      await Promise.allSettled([start]);
    },
  },
  steps: () => steps,
});
shutdown.listen();
start.catch(async (error: unknown) => {
  if (starting.signal.aborted) return;
  log.fatal({ err: error }, startFailure(error, config));
  await shutdown.start("start-up failed", EXIT_BAD_SETUP);
});
