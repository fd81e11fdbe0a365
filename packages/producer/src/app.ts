import type { AppDeps } from "./app-deps.ts";
import { mountHyperframes } from "./hyperframes/mount.ts";
import { accessLog } from "./http/access-log.ts";
import { authenticate } from "./http/auth.ts";
import { declareRequests } from "./http/declare-requests.ts";
import { answerErrors } from "./http/error-answer.ts";
import { noRoute } from "./http/not-found.ts";
import { type Api, createApi } from "./http/openapi.ts";
import { requestId } from "./http/request-id.ts";
import { sameSite } from "./http/same-site.ts";
import { getDocs } from "./routes/docs.get.ts";
import { getHealth } from "./routes/health.get.ts";
import { getMetrics } from "./routes/metrics.get.ts";
import { getOpenapi } from "./routes/openapi.get.ts";
import { postPlans } from "./routes/plans.post.ts";
import { getQueue } from "./routes/queue.get.ts";
import { getRenderArtifact } from "./routes/render-artifact.get.ts";
import { getRenderDeliveries } from "./routes/render-deliveries.get.ts";
import { getRenderEvents } from "./routes/render-events.get.ts";
import { deleteRender } from "./routes/render.delete.ts";
import { getRenderLink } from "./routes/render-link.get.ts";
import { getRender } from "./routes/render.get.ts";
import { getRenders } from "./routes/renders.get.ts";
import { postRenders } from "./routes/renders.post.ts";
import { postWebhookTests } from "./routes/webhook-tests.post.ts";

const ROUTES = [
  postRenders,
  getRenders,
  getRender,
  deleteRender,
  getRenderEvents,
  getRenderArtifact,
  getRenderLink,
  getRenderDeliveries,
  postPlans,
  postWebhookTests,
  getQueue,
  getHealth,
  getMetrics,
  mountHyperframes,
  getDocs,
  getOpenapi,
];

/** The API as a fetch function, with nothing behind it but `deps`. */
export function createApp(deps: AppDeps): Api {
  const api = createApi();
  const answerError = answerErrors(deps.log);
  api.onError(answerError);
  api.notFound((c) => answerError(noRoute(api, c.req.method, c.req.path), c));
  api.use(requestId);
  api.use(accessLog(deps.log));
  api.use(declareRequests(deps.declare));
  api.use(sameSite(deps.loopbackOnly));
  api.use(authenticate(deps.apiKeys, deps.linkSecret));
  for (const mount of ROUTES) mount(api, deps);
  return api;
}
