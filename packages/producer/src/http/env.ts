/** What the middleware puts aside for the routes. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** Whose request it is. */
    tenant: string;
    /** Whether the request is let in by a signed link instead of a key: for what that names, whose ever it is. */
    isLinked: boolean;
    /** Set by a route as soon as it knows it, for the access log. */
    renderId?: string;
  };
}
