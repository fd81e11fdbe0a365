export interface ProcessStat {
  /** One letter; `Z` and `X` are dead. */
  readonly state: string;
  readonly group: number;
  readonly session: number;
}

/** Reads the text of `/proc/PID/stat`. */
export function parseStat(stat: string): ProcessStat {
  // The name, in parentheses, may hold spaces and parentheses itself.
  const [state = "", , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, group: Number(group), session: Number(session) };
}
