/**
 * Entry of the service that `doctor --chaos` and the soak disturb: the service itself, whose main loop can be told
 * on stdin to stand still, and which ends with whoever started it.
 */
import { createInterface } from "node:readline";

import { parseBlock } from "./block-order.ts";

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const until = performance.now() + parseBlock(line);
    while (performance.now() < until);
  })
  // Whoever started this process is gone, or wants it gone: it ends in good order.
  .on("close", () => process.kill(process.pid, "SIGTERM"));

await import("../main.ts");
