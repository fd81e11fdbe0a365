import { isProblemError, withEvidence } from "@framewright/contract";
import { type OomWatch, watchOomKills } from "@framewright/pool";

/** Of what has ended by SIGKILL, only the kernel's count tells whether memory was short: nobody else names a reason. */
function asOom(error: unknown, watch: OomWatch): unknown {
  if (!isProblemError(error) || error.evidence?.exit?.signal !== "SIGKILL") return error;
  if (watch.hasKilled() !== true) return error;
  return withEvidence(error, { exit: { ...error.evidence.exit, reason: "oom" } });
}

/** Does work of this process, and names the end of a browser or an encoder that the kernel kills for want of memory. */
export async function namingOom<T>(work: () => Promise<T>): Promise<T> {
  const watch = watchOomKills(process.pid);
  try {
    return await work();
  } catch (error) {
    throw asOom(error, watch);
  }
}
