import { caller, composition, type ProblemKind, system } from "./problem-kind.ts";

/** Every error that the service sends, by its stable code. The README's table is checked against it. */
export const PROBLEMS = {
  "invalid-request": caller(
    400,
    "The request does not fit the schema",
    "Correct the fields listed under `errors`; the schema is at /openapi.json.",
  ),
  "invalid-json": caller(400, "The body is not valid JSON", "Send a JSON object, encoded as UTF-8."),
  "unsupported-media-type": caller(
    415,
    "The body has an unsupported type",
    "Send application/json, or multipart/form-data with the parts `request` and `project`.",
  ),
  "body-too-large": caller(
    413,
    "The body is too large",
    "Send less, upload the project as an archive, or raise the limit that `detail` names.",
  ),
  "body-incomplete": caller(
    408,
    "The body did not arrive in full",
    "Send the whole body, without long pauses.",
    true,
  ),
  "archive-invalid": caller(400, "The archive cannot be read", "Upload a complete .tar.gz or .zip file."),
  "archive-unsafe": caller(
    400,
    "The archive holds an entry that is not allowed",
    "Pack plain files and folders with relative paths: no links, no devices, no `..`.",
  ),
  "archive-too-large": caller(
    413,
    "The archive unpacks to too much",
    "Leave out what the composition does not use, or raise the limit that `detail` names.",
  ),
  "project-too-large": caller(
    413,
    "The project is too large",
    "Leave out what the composition does not use, or raise the limit that `detail` names.",
  ),
  "project-dir-not-allowed": caller(
    403,
    "The project directory is not allowed",
    "Set PRODUCER_PROJECTS_ROOT to a folder that holds the projects, or upload the project as an archive.",
  ),
  "project-dir-not-found": caller(
    404,
    "The project directory does not exist",
    "Check `projectDir`; it names a folder below PRODUCER_PROJECTS_ROOT on the service's machine.",
  ),
  "output-not-allowed": caller(
    403,
    "The output path is not allowed",
    "Set PRODUCER_OUTPUT_ROOT to a folder that results may be written to, or leave `output` out and download the artifact.",
  ),
  "entry-file-missing": caller(
    422,
    "The project has no such entry file",
    "Set `entryFile` to an HTML file of the project (default index.html).",
  ),
  "fps-out-of-range": caller(
    422,
    "The frame rate is out of range",
    "Ask for 1 to 240 frames per second, as an integer or a ratio like 30000/1001.",
  ),
  "format-unavailable": caller(
    422,
    "This machine's ffmpeg cannot write the format",
    "Ask for another format or codec, or install an ffmpeg that has the encoder; `framewright doctor` lists what it writes.",
  ),
  "range-invalid": caller(
    422,
    "The range does not fit the composition",
    "Choose a start before the end, both within the composition's length.",
  ),
  "idempotency-key-reused": caller(
    409,
    "The idempotency key was used with another request",
    "Use a new Idempotency-Key for a new request.",
  ),
  unauthenticated: caller(
    401,
    "The API key is missing or wrong",
    "Send `Authorization: Bearer <key>` with a key that PRODUCER_API_KEYS lists; `framewright key` makes one.",
  ),
  "link-invalid": caller(
    403,
    "The link is not valid",
    "Get a new one, with an API key, from GET /v1/renders/{id}/link.",
  ),
  "webhooks-not-allowed": caller(
    403,
    "Webhooks are not set up",
    "Set PRODUCER_WEBHOOK_SECRET, or leave `callbackUrl` out and follow the render's events.",
  ),
  "not-found": caller(404, "There is nothing here", "The routes are listed at /docs."),
  "cross-site-request": caller(
    403,
    "Another website may not use this service",
    "Call the API from a program, or from a page of the service itself.",
  ),
  "method-not-allowed": caller(
    405,
    "The method is not allowed here",
    "The methods that this path takes are in the Allow header.",
  ),
  "render-not-found": caller(
    404,
    "There is no such render",
    "Check the id. Finished renders are forgotten after the retention time.",
  ),
  "render-finished": caller(
    409,
    "The render has already finished",
    "Nothing is left to cancel. Its result stays available until it expires.",
  ),
  "artifact-not-ready": caller(
    409,
    "The render has no artifact yet",
    "Follow the render's events, and download when its state is `succeeded`.",
    true,
  ),
  "artifact-missing": caller(
    409,
    "The render has ended without an artifact",
    "Read why in the render's `problem`, and render again.",
  ),
  "artifact-expired": caller(
    410,
    "The artifact has expired",
    "Render again, or raise PRODUCER_RETENTION_SECONDS.",
  ),
  "quota-exceeded": caller(
    429,
    "The tenant has used up its share",
    "Wait until it is renewed, or raise the limit that `detail` names.",
    true,
  ),
  "queue-full": caller(
    429,
    "The render queue is full",
    "Retry after the time in Retry-After, or raise PRODUCER_QUEUE_LIMIT.",
    true,
  ),

  "duration-missing": composition(
    "The composition does not declare its length",
    "Give the root element data-duration in seconds, register a GSAP timeline in window.__timelines, or set window.__hf.duration.",
  ),
  "duration-invalid": composition(
    "The composition's length is not a positive number",
    "Give the root element data-duration with a positive number of seconds.",
  ),
  "duration-infinite": composition(
    "The composition never ends",
    "Give the root element a finite data-duration, or make the endless repeat finite.",
  ),
  "duration-too-long": composition(
    "The composition is too long",
    "Shorten it, render it in parts, or raise PRODUCER_MAX_DURATION_SECONDS.",
  ),
  "frames-too-many": composition(
    "The composition has too many frames",
    "Lower the frame rate, render a range, or raise PRODUCER_MAX_FRAMES.",
  ),
  "size-invalid": composition(
    "The picture size is out of range",
    "Use a width and a height between 16 and 7680 pixels.",
  ),
  "size-odd": composition(
    "The picture size must be even",
    "H.264 needs an even width and height: add or remove one pixel.",
  ),
  "size-mismatch": composition(
    "The requested size has another aspect ratio than the composition",
    "Ask for a size with the composition's aspect ratio, or for only one of width and height.",
  ),
  "nested-invalid": composition(
    "A nested composition cannot be used",
    "Correct the data-composition-src that `detail` names, or the file that it leads to.",
  ),
  "start-invalid": composition(
    "The start of a clip cannot be worked out",
    "Give data-start a number of seconds, or the id of another element of the composition.",
  ),
  "timeline-invalid": composition(
    "A timeline cannot be used",
    "Register a paused GSAP timeline, or an object with seek(seconds) and duration().",
  ),
  "variables-invalid": composition(
    "The composition's variables do not fit",
    "Correct what `detail` names: data-composition-variables is a JSON array of {id, type, label, default}, and a request sets what it declares.",
  ),
  "media-missing": composition("A sound or video is missing", "Add the file to the project, or correct src."),
  "media-invalid": composition(
    "A sound or video cannot be decoded",
    "Replace the file that `detail` names by one that plays; convert it with ffmpeg, say.",
  ),
  "media-too-large": composition(
    "There is too much sound or video",
    "Leave out or shorten what `detail` names, or raise the limit that it names.",
  ),
  "lockfile-invalid": composition(
    "The project's lockfile of libraries cannot be read",
    "Write framewright.lock.json anew with `framewright vendor`, or remove it.",
  ),
  "library-missing": composition(
    "A library that the page needs could not be served",
    "See in `detail` what is missing; `framewright vendor` writes libraries into the project.",
  ),
  "page-load-failed": composition(
    "The page could not be loaded",
    "Check that the entry file is an HTML document of the project.",
  ),
  "page-not-ready": composition(
    "The page did not become ready in time",
    "See what was pending in `detail`: remove it, make it faster, or raise PRODUCER_READY_TIMEOUT_SECONDS.",
  ),
  "page-unresponsive": composition(
    "The page stopped responding",
    "Find the script that runs for so long: a loop without an end, or more work than its time allows. On a busy machine, retry, or raise PRODUCER_READY_TIMEOUT_SECONDS and PRODUCER_FRAME_TIMEOUT_SECONDS.",
  ),
  "page-crashed": composition(
    "The page crashed",
    "Look for runaway memory use in the composition; the console's last lines are in `evidence`.",
  ),
  "page-script-failed": composition(
    "A script of the composition failed",
    "Correct the script that `detail` quotes.",
  ),
  "frame-unfinished": composition("A frame never ends", "Settle the promise that `detail` names."),
  "frame-timeout": composition(
    "A frame took too long to draw",
    "Simplify what the composition draws at the time in `detail`, or raise PRODUCER_FRAME_TIMEOUT_SECONDS.",
  ),
  "picture-empty": composition(
    "Nothing is drawn in the whole video",
    "See the render's warnings for what failed. Where an empty video is wanted, send `allowEmpty: true`.",
  ),
  "scratch-too-large": composition(
    "The render needs too much disk",
    "Store less in the page, lower the size or the quality, render a range, or raise PRODUCER_RENDER_SCRATCH_BYTES.",
  ),
  "composition-poisonous": composition(
    "The composition brings down what renders it",
    "Look for runaway memory use or a crash of the browser; how it ended last is in `evidence`.",
  ),

  cancelled: caller(409, "The render was cancelled", "Submit it again if it is still wanted.", true),
  "render-timeout": system(
    504,
    "The render exceeded its deadline",
    "Render a shorter range, or raise PRODUCER_RENDER_TIMEOUT_SECONDS; for a plan alone, PRODUCER_PLAN_TIMEOUT_SECONDS.",
    false,
  ),
  "browser-missing": system(
    503,
    "No usable browser was found",
    "Run `framewright doctor`; install chromium-headless-shell or set PRODUCER_BROWSER_PATH.",
  ),
  "browser-failed": system(
    500,
    "The browser failed",
    "Retry. If it persists, run `framewright doctor` on the service's machine.",
  ),
  "ffmpeg-missing": system(
    503,
    "No usable ffmpeg was found",
    "Run `framewright doctor`; install ffmpeg or set PRODUCER_FFMPEG_PATH and PRODUCER_FFPROBE_PATH.",
  ),
  "encode-failed": system(500, "The encoder failed", "Retry. If it persists, run `framewright doctor`."),
  "verify-failed": system(
    500,
    "The artifact does not match its plan",
    "Retry. The failed checks are in the render's verdict; please report them.",
  ),
  "disk-full": system(507, "The disk is full", "Free space below PRODUCER_DATA_DIR, then retry."),
  "database-unavailable": system(
    503,
    "The database cannot be used",
    "Retry after the time in Retry-After; GET /readyz on the health port says what is wrong.",
  ),
  "store-unavailable": system(
    503,
    "The store of files cannot be used",
    "Retry. If it persists, check that the service reaches PRODUCER_STORE_URL and may use it.",
  ),
  "artifact-corrupt": system(500, "A stored file is damaged or lost", "Render again."),
  "worker-lost": system(500, "The render worker was lost", "Retry."),
  "worker-unavailable": system(
    503,
    "No render worker can take the work",
    "Retry shortly; GET /readyz on the health port says what is wrong.",
  ),
  "memory-exhausted": system(
    503,
    "The service's memory is used up",
    "Retry after the time in Retry-After; give the service more memory, or lower PRODUCER_WORKERS.",
  ),
  "shutting-down": system(503, "The service is shutting down", "Retry against another instance, or shortly."),
  internal: system(500, "The service failed", "Retry. If it persists, report the requestId."),
} as const satisfies Record<string, ProblemKind>;
