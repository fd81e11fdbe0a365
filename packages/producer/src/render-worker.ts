import { toWireError } from "@framewright/contract";
import { serveTasks } from "@framewright/pool";

import type { Job } from "./work/jobs.ts";
import { runJob } from "./work/run-job.ts";

// The pool that started this process sends nothing but jobs.
serveTasks((task, context) => runJob(task as Job, context), { toWire: toWireError });
