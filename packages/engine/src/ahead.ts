/** Lets something go on while other things are done: if it fails, that shows where it is awaited. */
export function ahead<T>(going: Promise<T>): Promise<T> {
  going.catch(() => undefined);
  return going;
}
