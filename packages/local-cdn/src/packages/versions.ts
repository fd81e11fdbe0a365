import { compare, maxSatisfying, satisfies, valid, validRange } from "semver";

/** An exact version without what URLs add to it; null for a range or a tag. */
export function exactVersion(range: string): string | null {
  return valid(range, { loose: true });
}

/** Whether any version will do: none was named, or the newest. */
function isAny(range: string): boolean {
  return range === "*" || range === "latest";
}

/** Whether a version is one of those that are asked for; of tags, only that of the newest is known. */
export function fits(version: string, range: string): boolean {
  if (isAny(range)) return true;
  return (
    validRange(range, { loose: true }) !== null &&
    satisfies(version, range, { loose: true, includePrerelease: true })
  );
}

/** The newest version that is asked for. */
export function newest(versions: readonly string[], range: string): string | null {
  if (!isAny(range)) return maxSatisfying([...versions], range, { loose: true });
  return maxSatisfying([...versions], "*") ?? versions.toSorted(compare).at(-1) ?? null;
}

/** What two versions must share for one to stand in for the other: the major one, or while that is 0 the minor one too. */
function line(version: string): string {
  const [major = "", minor = ""] = version.split(".");
  return major === "0" ? `0.${minor}` : major;
}

/** The version that may stand in for one that cannot be had: the next newer one of its line, else the newest. */
export function standIn(versions: readonly string[], wanted: string): string | null {
  const exact = exactVersion(wanted);
  if (exact === null) return null;
  const near = versions.filter((version) => line(version) === line(exact)).toSorted(compare);
  return near.find((version) => compare(version, exact) > 0) ?? near.at(-1) ?? null;
}
