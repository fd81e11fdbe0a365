import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { parseAllDocuments } from "yaml";

/** A pod's container, as far as the rules look at it; the schemas have checked the types. */
export interface Container {
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly mountPath: string }[];
}

export interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly Container[] };
}

/** A resource of Kubernetes, as far as the rules look at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface Deployment extends Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: Pod;
  };
}

const KUBECTL_TIMEOUT_MS = 15_000;

/** Whether the folder can be built here. */
export function hasKubectl(): boolean {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore", timeout: KUBECTL_TIMEOUT_MS });
    return true;
  } catch {
    // Not installed, or not able to run: the same to whoever asks.
    return false;
  }
}

/** What `kubectl apply -k` would send for an overlay, alone or with components. */
export function buildManifests(overlay: string, components: readonly string[] = []): Manifest[] {
  const dir = mkdtempSync(join(tmpdir(), "check-deploy-"));
  // Kustomize takes folders by relative path only.
  const from = (folder: string): string => relative(realpathSync(dir), folder);
  const over = { resources: [from(overlay)], components: components.map(from) };
  try {
    writeFileSync(join(dir, "kustomization.yaml"), JSON.stringify(over));
    const options = { encoding: "utf8", timeout: KUBECTL_TIMEOUT_MS } as const;
    const built = execFileSync("kubectl", ["kustomize", dir], options);
    // The schemas are checked before anything is made of them.
    return parseAllDocuments(built).map((document) => document.toJS() as Manifest);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The Deployments among them. */
export function deploymentsOf(manifests: readonly Manifest[]): Deployment[] {
  return manifests.filter((manifest): manifest is Deployment => manifest.kind === "Deployment");
}

/** The value at a path of names, such as `securityContext.runAsUser`; undefined when something on the way is missing. */
export function valueAt(object: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], object);
}
