import {
  ProblemError,
  type RenderOptions,
  type RenderRequest,
  RenderRequestSchema,
} from "@framewright/contract";

import { clientSignal } from "../http/client-signal.ts";
import { readJson } from "../http/json-body.ts";
import type { Snapshot } from "../renders/port.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import { checkOptions, DEFAULT_ENTRY_FILE } from "./check-options.ts";
import { receiveUpload } from "./multipart.ts";
import type { Intake } from "./port.ts";
import { hashRequest } from "./request-hash.ts";

/** A request whose files are safe on our side. */
export interface Received {
  readonly options: RenderOptions;
  readonly snapshot: Snapshot;
  /** Equal for equal requests. */
  readonly requestHash: string;
}

export interface ReceiveDeps {
  readonly intake: Intake;
  readonly webhooks: Pick<Webhooks, "check">;
  readonly maxUploadBytes: number;
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

export function isUpload(request: Request): boolean {
  return mediaType(request) === "multipart/form-data";
}

/** Reads a request in one of its two forms and takes a snapshot of its composition. */
export async function receive(request: Request, deps: ReceiveDeps): Promise<Received> {
  if (isUpload(request)) return receiveArchive(request, deps);
  if (mediaType(request) === "application/json") {
    const body = await readJson(request, RenderRequestSchema);
    checkCallback(body, deps);
    return receiveSource(body, deps.intake, clientSignal(request));
  }
  throw new ProblemError("unsupported-media-type", "The Content-Type is neither of the two that are taken.");
}

function checkCallback({ callbackUrl }: RenderOptions, { webhooks }: ReceiveDeps): void {
  if (callbackUrl !== undefined) webhooks.check(callbackUrl, "callbackUrl");
}

async function receiveArchive(request: Request, deps: ReceiveDeps): Promise<Received> {
  const { intake, maxUploadBytes } = deps;
  const scratch = await intake.openScratch();
  try {
    const { options, archive } = await receiveUpload(request, scratch.dir, maxUploadBytes);
    checkCallback(options, deps);
    const entryFile = options.entryFile ?? DEFAULT_ENTRY_FILE;
    const snapshot = await intake.fromArchive(archive.path, entryFile, clientSignal(request));
    return { options, snapshot, requestHash: hashRequest({ options, archive: archive.sha256 }) };
  } finally {
    await scratch.remove();
  }
}

/** Takes a snapshot of what a JSON body names as its source. */
export async function receiveSource(
  body: RenderRequest,
  intake: Intake,
  signal: AbortSignal,
): Promise<Received> {
  const { html, projectDir, ...options } = body;
  checkOptions(options);
  const snapshot =
    html === undefined
      ? await intake.fromDirectory(projectDir ?? "", options.entryFile ?? DEFAULT_ENTRY_FILE, signal)
      : await intake.fromHtml(html, signal);
  return { options, snapshot, requestHash: hashRequest(body) };
}
