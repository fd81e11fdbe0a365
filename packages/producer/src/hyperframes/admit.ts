import { HyperframesRequestSchema, ProblemError, type Render } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { clientSignal } from "../http/client-signal.ts";
import { readJson } from "../http/json-body.ts";
import { receiveSource } from "../intake/receive.ts";
import { resolveOutput } from "./output-path.ts";

/** A render that lives as long as its client waits for it. */
export interface Admission {
  readonly render: Render;
  readonly tenant: string;
  /** Where the caller wants the file, when it said so. */
  readonly outputPath: string | undefined;
}

/** Admits a request of these routes. Throws ProblemError where theirs would fall back on a default. */
export async function admit(
  request: Request,
  deps: AppDeps,
  tenant: string,
  requestId: string,
): Promise<Admission> {
  const signal = clientSignal(request);
  await deps.renders.checkRoom(tenant);
  const body = await readJson(request, HyperframesRequestSchema);
  // What they say is so here in any case.
  const { videoFrameFormat: _, outputDynamicRange: __, ...asked } = body;
  const { output, outputPath, entryFile, previewUrl, ...sent } = asked;
  if ([sent.html, sent.projectDir, previewUrl].filter((source) => source !== undefined).length > 1) {
    const detail = "One source is needed: `html`, `projectDir` or `previewUrl`, and no second one.";
    throw new ProblemError("invalid-request", detail);
  }
  const sourced =
    previewUrl === undefined ? sent : { ...sent, html: await deps.fetchHtml(previewUrl, signal) };
  const wanted = output ?? outputPath ?? undefined;
  const path = wanted === undefined ? undefined : await resolveOutput(wanted, deps.outputRoot);
  // Inline HTML is the entry file, whatever the caller calls it.
  // These routes leave it to the composition what it makes of values that it does not expect.
  const source = { ...sourced, strictVariables: false, ...(sourced.html === undefined && { entryFile }) };
  const { snapshot, options } = await receiveSource(source, deps.intake, signal);
  const { render } = await deps.renders.submit({ tenant, snapshot, options, requestId });
  cancelOnDisconnect(signal, { render, tenant }, deps);
  return { render, tenant, outputPath: path };
}

function cancelOnDisconnect(
  signal: AbortSignal,
  { render: { id }, tenant }: Pick<Admission, "render" | "tenant">,
  { renders, log }: AppDeps,
): void {
  const cancel = () => {
    renders.cancel(id, "The client disconnected.", tenant).catch((error: unknown) => {
      log.debug({ err: error, renderId: id }, "nothing left to cancel after the client disconnected");
    });
  };
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
}
