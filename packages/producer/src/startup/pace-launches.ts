import type { LaunchWatch } from "./launch-watch.ts";
import type { Workers } from "../work/workers.ts";

/** The same workers; a job waits while it is known that what it needs does not start. */
export function paceLaunches(workers: Workers, launches: LaunchWatch): Workers {
  return {
    run: async (job, options) => {
      await launches.whenLaunchable(options.signal);
      try {
        const result = await workers.run(job, options);
        launches.note(job.kind, null);
        return result;
      } catch (error) {
        launches.note(job.kind, error);
        throw error;
      }
    },
  };
}
