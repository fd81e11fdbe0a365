/** The database that each test's own is a copy of. */
export const TEMPLATE = "framewright_template";

/** The URL of a database of a server that is reached by a socket. */
export function urlOf(socketDir: string, database: string): string {
  return `postgres://framewright@localhost/${database}?host=${encodeURIComponent(socketDir)}`;
}
