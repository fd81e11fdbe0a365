import { ConfigError, readConfig } from "../../packages/producer/src/config.ts";
import { type Container, type Deployment, type Manifest, type Pod, valueAt } from "./manifests.ts";

/** What the service takes after its drain time at most. */
const HARD_MARGIN_SECONDS = 3;
/** Secrets are not in the manifests: what they would hold. */
const SECRET_VALUES: Readonly<Record<string, string>> = {
  PRODUCER_API_KEYS: `example:${"0".repeat(64)}`,
  PRODUCER_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString("base64")}`,
  DATABASE_URL: "postgres://framewright@database/framewright",
};

type Environment = Readonly<Record<string, string>>;

/** The variables of a container, as the kubelet would make them. */
function environment(container: Container, manifests: readonly Manifest[]): Environment {
  const shared = manifests.find(({ kind }) => kind === "ConfigMap")?.data ?? {};
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? SECRET_VALUES[name] ?? ""]);
  return { ...shared, ...(Object.fromEntries(own) as Environment) };
}

/** What the service itself would say to its configuration. */
function configFaults(env: Environment): string[] {
  try {
    readConfig(env);
    return env["PRODUCER_STORE_URL"]
      ? []
      : ["PRODUCER_STORE_URL is not set: each pod would have its own store"];
  } catch (error) {
    if (error instanceof ConfigError) return [...error.lines];
    throw error;
  }
}

/** What the Pod Security Standard "restricted" asks for, and what else is ours: paths in a pod and in its container. */
const POD_RULES: readonly [string, readonly unknown[]][] = [
  ["securityContext.runAsNonRoot", [true]],
  ["securityContext.seccompProfile.type", ["RuntimeDefault", "Localhost"]],
  ["automountServiceAccountToken", [false]],
  ["enableServiceLinks", [false]],
];
const CONTAINER_RULES: readonly [string, readonly unknown[]][] = [
  ["securityContext.allowPrivilegeEscalation", [false]],
  ["securityContext.readOnlyRootFilesystem", [true]],
  ["securityContext.capabilities.drop.0", ["ALL"]],
];
const LIMITS = ["resources.limits.memory", "resources.limits.ephemeral-storage"];
const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"];

function ruleFaults(object: unknown, rules: readonly [string, readonly unknown[]][]): string[] {
  return rules
    .filter(([path, allowed]) => !allowed.includes(valueAt(object, path)))
    .map(([path, allowed]) => `${path} is not ${allowed.join(" or ")}`);
}

function portFaults(container: Container): string[] {
  const names: unknown[] = (container.ports ?? []).map(({ name }) => name);
  return PROBES.filter((probe) => !names.includes(valueAt(container, `${probe}.httpGet.port`))).map(
    (probe) => `${probe} is missing, or names no port of the pod`,
  );
}

/** Whether there is time for all that comes before the end. */
function graceFaults({ spec }: Pod, container: Container, env: Environment): string[] {
  const preStop = Number(valueAt(container, "lifecycle.preStop.sleep.seconds") ?? 0);
  const needed = preStop + Number(env["PRODUCER_DRAIN_SECONDS"]) + HARD_MARGIN_SECONDS;
  const given = Number(valueAt(spec, "terminationGracePeriodSeconds"));
  return given > needed ? [] : [`has ${given} s to end, and needs more than ${needed}`];
}

/** What is wrong with a Deployment's pods. */
export function checkPods(deployment: Deployment, manifests: readonly Manifest[]): string[] {
  const { template, selector } = deployment.spec;
  const unselected = Object.entries(selector.matchLabels).filter(
    ([key, value]) => template.metadata.labels[key] !== value,
  );
  const faults = template.spec.containers.flatMap((container) => {
    const env = environment(container, manifests);
    return [
      ...configFaults(env),
      ...ruleFaults(template.spec, POD_RULES),
      ...ruleFaults(container, CONTAINER_RULES),
      ...LIMITS.filter((path) => valueAt(container, path) === undefined).map((path) => `has no ${path}`),
      ...portFaults(container),
      ...graceFaults(template, container, env),
    ];
  });
  if (unselected.length > 0) faults.push("does not select its own pods");
  return faults.map((fault) => `${deployment.metadata.name}: ${fault}`);
}
