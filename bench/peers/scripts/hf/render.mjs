// render.mjs PROJECT FILE WORKERS QUALITY
import { createRenderJob, executeRenderJob } from "@hyperframes/producer";

const [project, file, workers, quality] = process.argv.slice(2);
const count = workers === "auto" ? {} : { workers: Number(workers) };
const job = createRenderJob({ fps: { num: 30, den: 1 }, quality, format: "mp4", ...count });
await executeRenderJob(job, project, file);
process.exit(0);
