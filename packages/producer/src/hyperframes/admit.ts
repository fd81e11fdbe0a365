import { HyperframesRequestSchema, ProblemError, type Render } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { clientSignal } from "../http/client-signal.ts";
import { readJson } from "../http/json-body.ts";
import { receiveSource } from "../intake/receive.ts";
import { resolveOutput } from "./output-path.ts";

/** A render that lives as long as its client waits for it. */
export interface Admission {
  readonly render: Render;
  /** Where the caller wants the file, when it said so. */
  readonly outputPath: string | undefined;
}

/** Admits a request of these routes. Throws ProblemError where theirs would fall back on a default. */
export async function admit(request: Request, deps: AppDeps, requestId: string): Promise<Admission> {
  const signal = clientSignal(request);
  await deps.renders.checkRoom();
  const { output, outputPath, entryFile, ...body } = await readJson(request, HyperframesRequestSchema);
  if (body.html !== undefined && body.projectDir !== undefined) {
    throw new ProblemError("invalid-request", "One source is needed: `html` or `projectDir`, not both.");
  }
  const wanted = output ?? outputPath ?? undefined;
  const path = wanted === undefined ? undefined : await resolveOutput(wanted, deps.outputRoot);
  // Inline HTML is the entry file, whatever the caller calls it.
  const source = { ...body, ...(body.html === undefined && { entryFile }) };
  const { snapshot, options } = await receiveSource(source, deps.intake, signal);
  const { render } = await deps.renders.submit({ snapshot, options, requestId });
  cancelOnDisconnect(signal, render.id, deps);
  return { render, outputPath: path };
}

function cancelOnDisconnect(signal: AbortSignal, id: string, { renders, log }: AppDeps): void {
  const cancel = () => {
    renders.cancel(id, "The client disconnected.").catch((error: unknown) => {
      log.debug({ err: error, renderId: id }, "nothing left to cancel after the client disconnected");
    });
  };
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
}
