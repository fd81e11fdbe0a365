/** What the middleware puts aside for the routes. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** Whose request it is. */
    tenant: string;
    /** Set by a route as soon as it knows it, for the access log. */
    renderId?: string;
  };
}
