import type { Health } from "@framewright/contract";

import type { ApiKey } from "./access/api-keys.ts";
import type { OutputTokens } from "./hyperframes/token.ts";
import type { Intake } from "./intake/port.ts";
import type { Log } from "./log.ts";
import type { FetchHtml } from "./outgoing/fetch-html.ts";
import type { Renders, StoredArtifact } from "./renders/port.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

/** What the API stands on. */
export interface AppDeps {
  readonly log: Log;
  readonly renders: Renders;
  readonly intake: Intake;
  readonly webhooks: Webhooks;
  /** Fetches what `previewUrl` names. */
  readonly fetchHtml: FetchHtml;
  /** Without any, callers need none. */
  readonly apiKeys: readonly ApiKey[];
  /** Signs download links. */
  readonly linkSecret: string;
  /** Answers GET and HEAD for a finished file, ranges and conditions included. */
  readonly serveArtifact: (
    request: Request,
    artifact: StoredArtifact,
    options: { readonly download: boolean },
  ) => Promise<Response>;
  /** Copies a finished file to a path of this machine. */
  readonly copyArtifact: (artifact: StoredArtifact, file: string, signal: AbortSignal) => Promise<void>;
  readonly outputTokens: OutputTokens;
  readonly readHealth: () => Health;
  /** In the text format of Prometheus. */
  readonly renderMetrics: () => Promise<string>;
  /** Notes what the main loop is about to do. */
  readonly declare: (what: string) => void;
  /** Whether only this machine can reach the API: then a request for another host is refused. */
  readonly loopbackOnly: boolean;
  readonly maxUploadBytes: number;
  /** The only folder below which results may be written on request. */
  readonly outputRoot: string | undefined;
  readonly version: string;
}
