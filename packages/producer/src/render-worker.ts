import { isProblemError, type ProblemCode, toWireError } from "@framewright/contract";
import { serveTasks } from "@framewright/pool";

import type { Job } from "./work/jobs.ts";
import { namingOom } from "./work/naming-oom.ts";
import { runJob } from "./work/run-job.ts";

/** Something of a browser or an encoder that ended in mid-work may be left here: the next try gets a fresh worker. */
const TAINTING: ReadonlySet<ProblemCode> = new Set(["browser-failed", "page-crashed", "encode-failed"]);

// What process lists show; the command line is long.
process.title = "framewright render-worker";

serveTasks(
  async (task, context) => {
    try {
      // The pool that started this process sends nothing but jobs.
      return await namingOom(() => runJob(task as Job, context));
    } catch (error) {
      if (isProblemError(error) && TAINTING.has(error.code)) context.retire();
      throw error;
    }
  },
  { toWire: toWireError },
);
