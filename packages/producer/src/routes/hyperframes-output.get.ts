import { ProblemError } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { answerFailures } from "../hyperframes/failure.ts";
import type { OutputTokens } from "../hyperframes/token.ts";
import type { Api } from "../http/openapi.ts";

/** GET /outputs/:token: the file that POST /render made. */
export function getHyperframesOutput(api: Api, deps: AppDeps, tokens: OutputTokens): void {
  api.get("/outputs/:token", (c) =>
    answerFailures(c, deps.log, async () => {
      const id = tokens.read(c.req.param("token"));
      if (id === null) throw new ProblemError("not-found", "No output has this token.");
      c.set("renderId", id);
      const artifact = await deps.renders.artifact(id, c.get("tenant"));
      return deps.serveArtifact(c.req.raw, artifact, { download: true });
    }),
  );
}
