import { Agent as HttpAgent, type ClientRequestArgs } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";

import type { Guard } from "./guard.ts";

/**
 * Options of a connection to nothing but an address that the guard has checked.
 * A second look-up could answer with another address, so there is none.
 */
function guarded<O extends ClientRequestArgs>(guard: Guard, options: O): O {
  const host = options.host ?? "localhost";
  const port = Number(options.port);
  guard.check(host, port);
  const lookup: LookupFunction = (name, { all }, done) => {
    guard.resolve(name, port, (error, addresses) => {
      const [first] = addresses;
      if (error) done(error, []);
      else if (all === true) done(null, addresses);
      else if (first) done(null, first.address, first.family);
      else done(new Error("the name has no address"), []);
    });
  };
  return { ...options, lookup };
}

class GuardedHttpAgent extends HttpAgent {
  readonly #guard: Guard;

  constructor(guard: Guard) {
    super();
    this.#guard = guard;
  }

  override createConnection(...[options, done]: Parameters<HttpAgent["createConnection"]>) {
    return super.createConnection(guarded(this.#guard, options), done);
  }
}

class GuardedHttpsAgent extends HttpsAgent {
  readonly #guard: Guard;

  constructor(guard: Guard) {
    super();
    this.#guard = guard;
  }

  override createConnection(...[options, done]: Parameters<HttpsAgent["createConnection"]>) {
    return super.createConnection(guarded(this.#guard, options), done);
  }
}

export interface GuardedAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Agents, for any client on Node's own http, whose connections pass the guard; a request that does not fails with OutgoingFailure. */
export function guardedAgents(guard: Guard): GuardedAgents {
  return { http: new GuardedHttpAgent(guard), https: new GuardedHttpsAgent(guard) };
}
