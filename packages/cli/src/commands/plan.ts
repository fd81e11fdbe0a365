import { withClient } from "../connection.ts";
import { type CommonFlags, readOptions } from "../options.ts";
import { openProject } from "../project/open-project.ts";
import type { Runtime } from "../runtime.ts";
import { withScratch } from "../scratch.ts";
import { planText } from "../text/plan-text.ts";

/** Prints a composition's plan. Throws CommandError and ClientError. */
export async function plan(input: string, flags: CommonFlags, runtime: Runtime): Promise<void> {
  const { signal, stdout } = runtime;
  const options = await readOptions(flags);
  await withScratch(async (scratchDir) => {
    const { entryFile, archive } = await openProject(input, { entry: flags.entry, scratchDir, signal });
    const made = await withClient(flags, scratchDir, runtime, (client) =>
      client.plan({ ...options, entryFile, archive }, { signal }),
    );
    stdout.write(flags.json === true ? `${JSON.stringify(made)}\n` : planText(made));
  });
}
