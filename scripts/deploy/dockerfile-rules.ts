import { readFileSync } from "node:fs";

import { validate } from "dockerfile-utils";

import { type Deployment, valueAt } from "./manifests.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

interface PackageJson {
  readonly packageManager?: string;
  readonly scripts: Readonly<Record<string, string>>;
}

// Our own files, which the package manager has read before.
const packageJson = (path: string): PackageJson => JSON.parse(read(path)) as PackageJson;

function lint(dockerfile: string): string[] {
  return validate(dockerfile).map(
    ({ range, message }) => `line ${range.start.line + 1}: ${JSON.stringify(message)}`,
  );
}

const argument = (dockerfile: string, instruction: string): string =>
  new RegExp(`^${instruction} (.*)$`, "m").exec(dockerfile)?.[1] ?? "";

/** What the image says otherwise than the packages that it is made of. */
function packageFaults(dockerfile: string): string[] {
  const { packageManager } = packageJson("package.json");
  const { scripts } = packageJson("packages/producer/package.json");
  const command = (JSON.parse(argument(dockerfile, "CMD")) as string[]).join(" ");
  const others = dockerfile.match(/pnpm@[\d.]+/g)?.filter((version) => version !== packageManager) ?? [];
  return [
    ...others.map((version) => `${version} is not ${packageManager}`),
    ...(command === scripts["start"] ? [] : [`CMD is not what "start" of the package runs: ${command}`]),
  ];
}

/** What the image says otherwise than the pods that are made of it. */
function podFaults(dockerfile: string, { metadata, spec }: Deployment): string[] {
  const pod = spec.template.spec;
  const exposed = argument(dockerfile, "EXPOSE").split(" ");
  const volumes = JSON.parse(argument(dockerfile, "VOLUME")) as string[];
  const ports = pod.containers.flatMap((container) => container.ports ?? []);
  const mounts = pod.containers.flatMap((container) => container.volumeMounts ?? []);
  const user = argument(dockerfile, "USER").split(":", 1)[0] ?? "";
  const missing = volumes.filter((volume) => !mounts.some(({ mountPath }) => mountPath === volume));
  return [
    ...ports
      .filter(({ containerPort }) => !exposed.includes(String(containerPort)))
      .map(({ name }) => `the image does not expose the port ${name}`),
    ...missing.map((volume) => `nothing is mounted at ${volume}`),
    ...(Number(user) === valueAt(pod, "securityContext.runAsUser") ? [] : [`the image's user is ${user}`]),
  ].map((fault) => `${metadata.name}: ${fault}`);
}

/** What is wrong with the Dockerfile, also beside the packages and the pods. */
export function checkDockerfile(deployments: readonly Deployment[]): string[] {
  const dockerfile = read("deploy/Dockerfile");
  return [
    ...lint(dockerfile),
    ...packageFaults(dockerfile),
    ...deployments.flatMap((deployment) => podFaults(dockerfile, deployment)),
  ].map((fault) => `Dockerfile: ${fault}`);
}
