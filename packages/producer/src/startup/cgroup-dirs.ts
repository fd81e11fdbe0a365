import { dirname, join } from "node:path";

export const CGROUP_MOUNT = "/sys/fs/cgroup";
/** Names the control groups of this process. */
export const CGROUP_MEMBERSHIP = "/proc/self/cgroup";

export interface CgroupDir {
  /** Of version 1; empty in version 2, which has one tree for all. */
  readonly controller: string;
  readonly dir: string;
}

/** A group and those above it: each may have a limit. */
function levels(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...levels(above)];
}

/** Where the groups that a text like /proc/self/cgroup names are to be found, the inner ones first. */
export function cgroupDirs(membership: string, mount: string): CgroupDir[] {
  return membership.split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    // In a container the path may be the host's, while the mount begins with the own group: the last level finds it.
    return controllers
      .split(",")
      .flatMap((controller) =>
        levels(path).map((level) => ({ controller, dir: join(mount, controller, level) })),
      );
  });
}
