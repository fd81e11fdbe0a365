import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import {
  PROBLEMS,
  type ProblemCode,
  ProblemSchema,
  RenderOptionsSchema,
  RenderRequestSchema,
} from "@framewright/contract";
import type { Context } from "hono";
import { z } from "zod";

import type { AppEnv } from "./env.ts";
import { invalidRequest } from "./invalid-request.ts";

export type Api = OpenAPIHono<AppEnv>;

/** An application whose requests are checked against what its routes declare. */
export function createApi(): Api {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result: { success: true } | { success: false; error: z.ZodError }) => {
      if (!result.success) throw invalidRequest(result.error);
    },
  });
}

/** Declares the answer that carries one of these problems. */
export function problem(...codes: readonly [ProblemCode, ...ProblemCode[]]) {
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("\n\n"),
    content: { "application/problem+json": { schema: ProblemSchema } },
  };
}

/** What every route below /v1 may answer, besides its own. */
export const ANYWHERE = {
  400: problem("invalid-request"),
  401: problem("unauthenticated"),
  403: problem("cross-site-request"),
  500: problem("internal"),
  503: problem("database-unavailable"),
};

/** Declares a JSON answer. */
export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { "application/json": { schema } } };
}

export const RenderParams = z.object({ id: z.string().meta({ description: "The render's id." }) });

/** The render that a route with `RenderParams` is about; the access log names it from here on. */
export function renderIdOf(
  c: Context<AppEnv, string, { out: { param: z.infer<typeof RenderParams> } }>,
): string {
  const { id } = c.req.valid("param");
  c.set("renderId", id);
  return id;
}

const body = {
  required: true,
  content: {
    "application/json": { schema: RenderRequestSchema },
    "multipart/form-data": {
      schema: z.object({
        request: RenderOptionsSchema,
        project: z.string().meta({
          type: "string",
          contentMediaType: "application/octet-stream",
          description: "The project as a .tar.gz or .zip file.",
        }),
      }),
      encoding: { request: { contentType: "application/json" } },
    },
  },
};

/**
 * Describes a route whose body is a render's request, in both of its forms.
 * `receive` reads that body and counts its bytes: the framework, which would read all of it, is not told of it.
 */
export function describeWithBody<R extends RouteConfig>(api: Api, route: R): R & { hide: true } {
  api.openAPIRegistry.registerPath({ ...route, request: { ...route.request, body } });
  return { ...route, hide: true };
}
