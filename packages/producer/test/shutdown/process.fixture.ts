import { createLog } from "../../src/log.ts";
import { createShutdown, type ShutdownStep } from "../../src/shutdown.ts";

const [scenario = ""] = process.argv.slice(2);
const never = () => new Promise<void>(() => undefined);
const fine: ShutdownStep["run"] = () => undefined;

/** What the step in the middle does. */
const MIDDLE: Record<string, ShutdownStep["run"]> = {
  fine,
  throws: () => {
    throw new Error("broken");
  },
  rejects: async () => Promise.reject(new Error("broken")),
  hangs: never,
  "hangs-beyond": never,
};

const run = MIDDLE[scenario] ?? fine;
const timeoutMs = scenario === "hangs-beyond" ? 60_000 : 300;
const shutdown = createShutdown({
  log: createLog({ level: "debug", format: "json" }),
  drainMs: 500,
  steps: () => [
    { name: "first", timeoutMs, run: fine },
    { name: "middle", timeoutMs, run },
    { name: "last", timeoutMs, run: fine },
  ],
});
shutdown.listen();
// Something that would keep the process alive.
setInterval(() => undefined, 1000);
process.stdout.write('{"msg":"ready"}\n');
