import { execFile } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { promisify } from "node:util";

const run = promisify(execFile);
const IP_TIMEOUT_MS = 10_000;

async function ip(...args: readonly string[]): Promise<void> {
  await run("ip", args, { timeout: IP_TIMEOUT_MS });
}

/** A network of its own for a process, joined to this one by a single link. */
export interface NetworkNamespace extends AsyncDisposable {
  /** This side's address. */
  readonly address: string;
  /** What a program is started through to be in it. */
  readonly through: readonly string[];
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Null where this user or machine cannot make one. */
export async function openNamespace(): Promise<NetworkNamespace | null> {
  const name = `fw${randomBytes(4).toString("hex")}`;
  const [here, there] = [`${name}h`, `${name}t`];
  const subnet = `10.213.${randomInt(256)}`;
  try {
    await ip("netns", "add", name);
  } catch {
    // No right to, or no such program: the caller says so.
    return null;
  }
  // The link goes with either of its ends.
  const close = (): Promise<void> => ip("netns", "delete", name);
  try {
    await ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name);
    await ip("address", "add", `${subnet}.1/30`, "dev", here);
    await ip("-n", name, "address", "add", `${subnet}.2/30`, "dev", there);
    await ip("-n", name, "link", "set", "lo", "up");
    await ip("-n", name, "link", "set", there, "up");
    await ip("link", "set", here, "up");
  } catch (error) {
    await close();
    throw error;
  }
  return {
    address: `${subnet}.1`,
    through: ["nsenter", `--net=/run/netns/${name}`],
    cut: () => ip("link", "set", here, "down"),
    mend: () => ip("link", "set", here, "up"),
    async [Symbol.asyncDispose]() {
      // A process that still ends would keep the namespace, and with it the link.
      await ip("link", "delete", here);
      await close();
    },
  };
}

/** Carries connections to a TCP port over to a Unix socket. */
export async function forwardTo(
  socketPath: string,
  address: string,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(socketPath);
    const pair = [incoming, outgoing] as const;
    for (const socket of pair) {
      open.add(socket);
      // The end of either is the end of both.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        for (const each of pair) each.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.listen(0, address);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
