import { isFinished, ProblemSchema, type Problem, type Render, RenderSchema } from "@framewright/contract";

import { until } from "./until.ts";

/** Longer than the main loop is ever made to stand still. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Where the API is, and what ends the waiting for it. */
export interface Api {
  readonly url: string;
  readonly signal: AbortSignal;
}

async function ask(
  { url, signal }: Api,
  path: string,
  html?: string,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}${path}`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    ...(html !== undefined && {
      method: "POST",
      body: JSON.stringify({ html }),
      headers: { "content-type": "application/json" },
    }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Submits a composition; gives the render's id. */
export async function submit(api: Api, html: string): Promise<string> {
  const { status, body } = await ask(api, "/v1/renders", html);
  if (status !== 202) throw new Error(`a render was not admitted: ${ProblemSchema.parse(body).detail}`);
  return RenderSchema.parse(body).id;
}

/** The problem that a plan of a composition is refused with; null when it is not refused. */
export async function planProblem(api: Api, html: string): Promise<Problem | null> {
  const { status, body } = await ask(api, "/v1/plans", html);
  return status === 200 ? null : ProblemSchema.parse(body);
}

/** Asks until the render is as wanted. Throws when it finished otherwise, or is not so in time. */
export async function renderWhen(
  api: Api,
  id: string,
  wanted: (render: Render) => boolean,
  timeoutMs: number,
): Promise<Render> {
  const look = async (): Promise<Render | null> => {
    const render = RenderSchema.parse((await ask(api, `/v1/renders/${id}`)).body);
    if (wanted(render)) return render;
    if (!isFinished(render.state)) return null;
    throw new Error(`the render ${render.state} too early: ${render.problem?.detail ?? "it is complete"}`);
  };
  const wait = { what: "the render goes on", timeoutMs, signal: api.signal };
  return (await until(look, wait)).seen;
}
