import { OpenAPIHono } from "@hono/zod-openapi";
import { PROBLEMS, type ProblemCode, ProblemSchema } from "@framewright/contract";
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

/** Declares a JSON answer. */
export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { "application/json": { schema } } };
}

export const RenderParams = z.object({ id: z.string().meta({ description: "The render's id." }) });

/** Declares the two forms of a request. Read by `receive`, which counts bytes: so not checked by the framework. */
export const renderBody = {
  required: true,
  content: {
    "application/json": { schema: { $ref: "#/components/schemas/RenderRequest" } },
    "multipart/form-data": {
      schema: {
        type: "object" as const,
        required: ["request", "project"],
        properties: {
          request: { $ref: "#/components/schemas/RenderOptions" },
          project: {
            type: "string" as const,
            contentMediaType: "application/octet-stream",
            description: "The project as a .tar.gz or .zip file.",
          },
        },
      },
      encoding: { request: { contentType: "application/json" } },
    },
  },
};
