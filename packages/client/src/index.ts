export { type CallOptions, type Client, type ClientOptions, createClient } from "./client.ts";
export type { ListOptions, SubmitOptions } from "./client.ts";
export { ClientError } from "./client-error.ts";
export type { EventsOptions } from "./events.ts";
export type { Source, Submission } from "./submission.ts";
export type { WaitOptions } from "./wait.ts";
