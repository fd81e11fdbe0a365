/** The tenant of callers without a key. */
export const DEFAULT_TENANT = "default";
