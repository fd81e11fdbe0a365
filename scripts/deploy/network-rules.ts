import type { Deployment, Manifest } from "./manifests.ts";

type Labels = Readonly<Record<string, string>>;

interface Service {
  readonly selector: Labels;
  readonly ports: readonly { readonly targetPort: string | number }[];
}

interface Policy {
  readonly podSelector: { readonly matchLabels: Labels };
  readonly ingress?: readonly { readonly ports?: readonly { readonly port: string | number }[] }[];
}

/** What selects pods, and the ports of theirs that it names. */
interface Selection {
  readonly labels: Labels;
  readonly ports: readonly (string | number)[];
}

const isPort = (port: string | number | undefined): port is string | number => port !== undefined;

/** The selections of a manifest whose type says that it makes one. */
function selectionOf({ kind, spec }: Manifest): Selection | null {
  if (kind === "Service") {
    const { selector, ports } = spec as unknown as Service;
    return { labels: selector, ports: ports.map(({ targetPort }) => targetPort) };
  }
  if (kind === "NetworkPolicy") {
    const { podSelector, ingress = [] } = spec as unknown as Policy;
    const ports = ingress.flatMap((rule) => rule.ports ?? []).map(({ port }) => port);
    return { labels: podSelector.matchLabels, ports: ports.filter(isPort) };
  }
  if (kind === "PodDisruptionBudget") {
    const { selector } = spec as unknown as { selector: { matchLabels: Labels } };
    return { labels: selector.matchLabels, ports: [] };
  }
  return null;
}

function selects(labels: Labels, { spec }: Deployment): boolean {
  return Object.entries(labels).every(([key, value]) => spec.template.metadata.labels[key] === value);
}

/** Services, policies and budgets that select no pods, or name a port that these do not have. */
export function checkSelections(
  manifests: readonly Manifest[],
  deployments: readonly Deployment[],
): string[] {
  return manifests.flatMap((manifest) => {
    const selection = selectionOf(manifest);
    if (!selection) return [];
    const of = `${manifest.kind} ${manifest.metadata.name}`;
    const chosen = deployments.filter((deployment) => selects(selection.labels, deployment));
    if (chosen.length === 0) return [`${of} selects no pods`];
    const named = chosen
      .flatMap(({ spec }) => spec.template.spec.containers)
      .flatMap(({ ports = [] }) => ports.map(({ name }) => name));
    return selection.ports
      .filter((port) => typeof port === "string" && !named.includes(port))
      .map((port) => `${of} names the port ${port}, which its pods do not have`);
  });
}

interface ScaledObject {
  readonly scaleTargetRef: { readonly name: string };
  readonly triggers: readonly { readonly metadata: { readonly query?: string } }[];
}

/** What is scaled, and by which view. `schema` is the SQL of the migrations. */
export function checkScaling(
  manifests: readonly Manifest[],
  deployments: readonly Deployment[],
  schema: string,
): string[] {
  const scaled = manifests.filter(({ kind }) => kind === "ScaledObject");
  if (scaled.length === 0) return ["nothing is scaled"];
  return scaled.flatMap(({ spec }) => {
    const { scaleTargetRef, triggers } = spec as unknown as ScaledObject;
    const views = triggers.map(({ metadata }) => /FROM (\S+)/.exec(metadata.query ?? "")?.[1] ?? "");
    return [
      ...views.filter((view) => !schema.includes(`VIEW ${view} `)).map((view) => `there is no view ${view}`),
      ...(deployments.some(({ metadata }) => metadata.name === scaleTargetRef.name)
        ? []
        : [`${scaleTargetRef.name} is scaled, and is not there`]),
    ];
  });
}
