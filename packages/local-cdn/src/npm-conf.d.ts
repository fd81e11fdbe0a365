declare module "@pnpm/npm-conf" {
  /** Reads npm's settings: its files and its variables of the environment. */
  export default function npmConf(
    options: object,
    types: object,
    defaults: object,
  ): { readonly config: { readonly snapshot: Record<string, unknown> } };
}
