// Checks deploy/ without a cluster or a container engine: the manifests, as kustomize builds them, against the schemas of
// Kubernetes and KEDA and against the service's own configuration; the Dockerfile; the guide;
// and what they have to agree on.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { checkDockerfile } from "./deploy/dockerfile-rules.ts";
import { checkGuide } from "./deploy/guide-rules.ts";
import { buildManifests, deploymentsOf, hasKubectl } from "./deploy/manifests.ts";
import { checkScaling, checkSelections } from "./deploy/network-rules.ts";
import { checkPods } from "./deploy/pod-rules.ts";
import { checkSchemas } from "./deploy/schemas.ts";

const KUBERNETES = fileURLToPath(new URL("../deploy/kubernetes/", import.meta.url));
const COMPONENTS = readdirSync(`${KUBERNETES}components`).map((name) => `${KUBERNETES}components/${name}`);
const MIGRATIONS = new URL("../packages/producer/src/postgres/migrations/", import.meta.url);

const schema = readdirSync(MIGRATIONS)
  .map((name) => readFileSync(new URL(name, MIGRATIONS), "utf8"))
  .join("\n");

async function manifestFaults(components: readonly string[]): Promise<string[]> {
  const manifests = buildManifests(`${KUBERNETES}overlays/example`, components);
  const deployments = deploymentsOf(manifests);
  console.log(`${manifests.length} manifests: ${manifests.map(({ kind }) => kind).join(", ")}`);
  return [
    ...(await checkSchemas(manifests)),
    ...manifests
      .filter(({ kind }) => kind === "Secret")
      .map(({ metadata }) => `${metadata.name} is a secret`),
    ...deployments.flatMap((deployment) => checkPods(deployment, manifests)),
    ...checkSelections(manifests, deployments),
    ...checkScaling(manifests, deployments, schema),
    ...checkDockerfile(deployments),
  ];
}

const canBuild = hasKubectl();
if (!canBuild) console.log("The manifests are not checked: kubectl is not installed.");
const found = [
  ...(canBuild
    ? [...(await manifestFaults([])), ...(await manifestFaults(COMPONENTS))]
    : checkDockerfile([])),
  ...checkGuide(),
];
const faults = new Set(found);
for (const fault of faults) console.error(fault);
console.log(faults.size === 0 ? "deploy/ is in order." : `${faults.size} faults in deploy/.`);
process.exitCode = faults.size === 0 ? 0 : 1;
