import { below, processTree, type RunningProcess } from "./process-tree.ts";
import { sendSignal } from "../scratch/send-signal.ts";

/** The processes of a service that do its renders' work. */
export type Kind = "worker" | "browser" | "renderer" | "encoder";

const isBrowser = ({ command }: RunningProcess): boolean =>
  command.includes("--user-data-dir=") && !command.includes("--type=");

const KINDS: Record<Kind, (process: RunningProcess, tree: readonly RunningProcess[]) => boolean> = {
  // One that works: it has a browser.
  worker: ({ pid }, tree) => tree.some((other) => other.ppid === pid && isBrowser(other)),
  browser: isBrowser,
  renderer: ({ command }) => command.includes("--type=renderer"),
  encoder: ({ command }) => command.includes("libx264"),
};

/** The service's processes of a kind. */
export async function findKind(servicePid: number, kind: Kind): Promise<RunningProcess[]> {
  const tree = await processTree(servicePid);
  return tree.filter((process) => KINDS[kind](process, tree));
}

/** Sends a signal to one of the service's processes of a kind; gives it and all below it, or null when there is none. */
export async function strike(
  servicePid: number,
  kind: Kind,
  signal: "SIGKILL" | "SIGSTOP",
  choose: (candidates: readonly RunningProcess[]) => RunningProcess | undefined = (candidates) =>
    candidates[0],
): Promise<RunningProcess[] | null> {
  const tree = await processTree(servicePid);
  const target = choose(tree.filter((process) => KINDS[kind](process, tree)));
  if (!target || !sendSignal(target.pid, signal)) return null;
  return [target, ...below(target.pid, tree)];
}
