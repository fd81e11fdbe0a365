import { HyperframesLintRequestSchema } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { clientSignal } from "../http/client-signal.ts";
import { readJson } from "../http/json-body.ts";
import type { Api } from "../http/openapi.ts";
import { answerFailures } from "../hyperframes/failure.ts";
import { findingsOf, lintSource } from "../hyperframes/lint.ts";

/** POST /lint: what planning finds. */
export function postHyperframesLint(api: Api, deps: AppDeps): void {
  api.post("/lint", (c) =>
    answerFailures(c, deps.log, async ({ requestId }) => {
      const tenant = c.get("tenant");
      const signal = clientSignal(c.req.raw);
      await deps.renders.checkRoom(tenant);
      const { source, entryFile, take } = lintSource(
        await readJson(c.req.raw, HyperframesLintRequestSchema),
        deps,
      );
      const snapshot = await take(signal);
      const options = source === "html" ? {} : { entryFile };
      const plan = () => deps.renders.plan({ tenant, snapshot, options, requestId }, signal);
      return c.json({
        success: true,
        requestId,
        entryFile,
        source,
        result: await findingsOf(plan, entryFile),
      });
    }),
  );
}
