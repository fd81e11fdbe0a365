import type { Cdp } from "./cdp.ts";

/** Commands to a part of a page, which answers at once or is gone. */
const COMMAND_TIMEOUT_MS = 10_000;

/**
 * Follows what belongs to a page and has a DevTools session of its own: workers, and frames of other sites, at any
 * depth. Each begins once it is listened to, so that nothing of it is missed.
 */
export async function followParts(
  cdp: Cdp,
  sessionId: string,
  follow: (sessionId: string) => void,
): Promise<void> {
  const deadline = (): number => Date.now() + COMMAND_TIMEOUT_MS;
  cdp.on("Target.attachedToTarget", sessionId, ({ sessionId: part }) => {
    follow(part);
    const options = { deadline: deadline(), sessionId: part };
    const commands = [
      cdp.send("Runtime.enable", undefined, options),
      cdp.send("Network.enable", {}, options),
      followParts(cdp, part, follow),
      cdp.send("Runtime.runIfWaitingForDebugger", undefined, options),
    ];
    // What has ended meanwhile, or knows no such command, has nothing more to tell.
    for (const command of commands) command.catch(() => undefined);
  });
  await cdp.send(
    "Target.setAutoAttach",
    { autoAttach: true, waitForDebuggerOnStart: true, flatten: true },
    { deadline: deadline(), sessionId },
  );
}
