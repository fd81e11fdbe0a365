import {
  type Artifact,
  type DeliveryList,
  DeliveryListSchema,
  type Plan,
  PlanSchema,
  type Queue,
  QueueSchema,
  type Render,
  type RenderEvent,
  type RenderList,
  RenderListSchema,
  RenderSchema,
  type RenderState,
  type WebhookTestResult,
  WebhookTestResultSchema,
} from "@framewright/contract";

import { downloadArtifact } from "./download.ts";
import { type EventsOptions, followEvents } from "./events.ts";
import { bodyOf, type Submission } from "./submission.ts";
import { createTransport, type HttpRequest } from "./transport.ts";
import { type WaitOptions, waitUntilFinished } from "./wait.ts";

/** For an answer that the service has at hand. */
const SHORT_TIMEOUT_MS = 30_000;
/** For an upload of a project over a slow line. */
const UPLOAD_TIMEOUT_MS = 30 * 60_000;

export interface ClientOptions {
  /** Where the service listens, e.g. `http://localhost:9847`. */
  readonly baseUrl: string;
  /** (Default: the global `fetch`) */
  readonly fetch?: typeof fetch;
  /** The key of the caller, where the service asks for one. */
  readonly apiKey?: string | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take in all. (Default: 30,000; with a submission: 1,800,000) */
  readonly timeoutMs?: number;
}

export interface SubmitOptions extends CallOptions {
  /** A second submission with the same key and content gives the same render. */
  readonly idempotencyKey?: string | undefined;
}

export interface ListOptions extends CallOptions {
  readonly limit?: number;
  readonly cursor?: string;
  readonly state?: RenderState;
}

/** The service's API, typed and checked. Every method throws ClientError, or its signal's reason. */
export interface Client {
  /** Plans without rendering. */
  plan(submission: Submission, options?: CallOptions): Promise<Plan>;
  /** Submits a composition; resolves once it is admitted, not when it is rendered. */
  submit(submission: Submission, options?: SubmitOptions): Promise<Render>;
  get(id: string, options?: CallOptions): Promise<Render>;
  list(options?: ListOptions): Promise<RenderList>;
  cancel(id: string, options?: CallOptions): Promise<Render>;
  queue(options?: CallOptions): Promise<Queue>;
  /** How the webhook of a render with a `callbackUrl` went, attempt by attempt. */
  deliveries(id: string, options?: CallOptions): Promise<DeliveryList>;
  /** Has a `ping` sent to a URL now. A webhook that is not taken is returned, not thrown. */
  testWebhook(url: string, options?: CallOptions): Promise<WebhookTestResult>;
  /** The render's events, each once, in order, resumed after a lost connection, until `finished`. */
  events(id: string, options?: EventsOptions): AsyncIterable<RenderEvent>;
  /** Waits, bounded by the render's deadline. A failed render is returned, not thrown. */
  waitUntilFinished(id: string, options?: WaitOptions): Promise<Render>;
  /** Downloads the artifact to a path whose folder exists, checked against its size and SHA-256. Also throws Node's
   * own errors of that path. */
  download(render: Render, file: string, options?: { signal?: AbortSignal | undefined }): Promise<Artifact>;
}

function pathOf(id: string): string {
  return `v1/renders/${encodeURIComponent(id)}`;
}

function listPath({ limit, cursor, state }: ListOptions): string {
  const query = new URLSearchParams();
  if (limit !== undefined) query.set("limit", String(limit));
  if (cursor !== undefined) query.set("cursor", cursor);
  if (state !== undefined) query.set("state", state);
  return query.size === 0 ? "v1/renders" : `v1/renders?${query.toString()}`;
}

function post(path: string, submission: Submission, options: SubmitOptions): HttpRequest {
  const { headers, body } = bodyOf(submission);
  const { idempotencyKey, signal, timeoutMs = UPLOAD_TIMEOUT_MS } = options;
  return {
    method: "POST",
    path,
    headers: { ...headers, ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }) },
    body,
    timeoutMs,
    signal,
  };
}

function short(method: "GET" | "DELETE", path: string, options: CallOptions): HttpRequest {
  return { method, path, timeoutMs: options.timeoutMs ?? SHORT_TIMEOUT_MS, signal: options.signal };
}

function testPing(url: string, options: CallOptions): HttpRequest {
  const { signal, timeoutMs = SHORT_TIMEOUT_MS } = options;
  const headers = { "content-type": "application/json" };
  return {
    method: "POST",
    path: "v1/webhooks/test",
    headers,
    body: JSON.stringify({ url }),
    timeoutMs,
    signal,
  };
}

export function createClient(options: ClientOptions): Client {
  const { apiKey, headers = {}, ...rest } = options;
  const transport = createTransport({
    fetch: globalThis.fetch,
    ...rest,
    headers: { ...headers, ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
  });
  const client: Client = {
    plan: (submission, options = {}) => transport.json(post("v1/plans", submission, options), PlanSchema),
    submit: (submission, options = {}) =>
      transport.json(post("v1/renders", submission, options), RenderSchema),
    get: (id, options = {}) => transport.json(short("GET", pathOf(id), options), RenderSchema),
    list: (options = {}) => transport.json(short("GET", listPath(options), options), RenderListSchema),
    cancel: (id, options = {}) => transport.json(short("DELETE", pathOf(id), options), RenderSchema),
    queue: (options = {}) => transport.json(short("GET", "v1/queue", options), QueueSchema),
    deliveries: (id, options = {}) =>
      transport.json(short("GET", `${pathOf(id)}/deliveries`, options), DeliveryListSchema),
    testWebhook: (url, options = {}) => transport.json(testPing(url, options), WebhookTestResultSchema),
    events: (id, options) => followEvents(transport, id, options),
    waitUntilFinished: (id, options) => waitUntilFinished(client, id, options),
    download: (render, file, options = {}) => downloadArtifact(transport, render, file, options.signal),
  };
  return client;
}
