import { type Client, ClientError } from "@framewright/client";
import type { Render } from "@framewright/contract";

import { withClient } from "../connection.ts";
import { localFailure, ofProblem } from "../failure.ts";
import { type CommonFlags, readOptions } from "../options.ts";
import { formatOf, prepareOutput } from "../output.ts";
import { createReporter, type Reporter } from "../progress/reporter.ts";
import { openProject } from "../project/open-project.ts";
import type { Runtime } from "../runtime.ts";
import { withScratch } from "../scratch.ts";

/** An interrupted command does not wait longer for the service to confirm. */
const CANCEL_TIMEOUT_MS = 5000;

export interface RenderFlags extends CommonFlags {
  readonly output: string;
  readonly idempotencyKey?: string;
}

async function cancel(client: Client, id: string, reporter: Reporter): Promise<void> {
  try {
    await client.cancel(id, { timeoutMs: CANCEL_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof ClientError && error.code === "render-finished") return;
    reporter.note(`! The service did not confirm that render ${id} is cancelled.`);
  }
}

/** Follows the render to its end; an interrupt cancels it. */
async function follow(client: Client, id: string, reporter: Reporter, signal: AbortSignal): Promise<Render> {
  try {
    return await client.waitUntilFinished(id, { signal, onEvent: (event) => reporter.event(event) });
  } catch (error) {
    if (signal.aborted) await cancel(client, id, reporter);
    throw error;
  }
}

function requireSuccess(render: Render): void {
  if (render.state === "succeeded") return;
  if (render.problem) throw ofProblem(render.problem);
  throw localFailure(`The render ended as ${render.state}.`, "Render again.");
}

/** Renders a composition to a file. Throws CommandError and ClientError. */
export async function render(input: string, flags: RenderFlags, runtime: Runtime): Promise<void> {
  const { signal } = runtime;
  const reporter = createReporter(flags.json === true, runtime);
  const options = await readOptions({ ...flags, format: formatOf(flags.output, flags.format) });
  const output = await prepareOutput(flags.output);
  try {
    await withScratch(async (scratchDir) => {
      const project = await openProject(input, { entry: flags.entry, output, scratchDir, signal });
      for (const path of project.leftOut) reporter.note(`! Left out: ${path} leads out of the project.`);
      await withClient(flags, scratchDir, runtime, async (client) => {
        const submission = { ...options, entryFile: project.entryFile, archive: project.archive };
        const { id } = await client.submit(submission, { signal, idempotencyKey: flags.idempotencyKey });
        const finished = await follow(client, id, reporter, signal);
        requireSuccess(finished);
        const artifact = await client.download(finished, output, { signal });
        reporter.succeeded(flags.output, artifact, finished);
      });
    });
  } finally {
    reporter.close();
  }
}
