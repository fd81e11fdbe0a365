import { access, constants } from "node:fs/promises";

function allowed(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

export const exists = (file: string): Promise<boolean> => allowed(file, constants.F_OK);

/** Whether this user may run the file. */
export const isExecutable = (file: string): Promise<boolean> => allowed(file, constants.X_OK);
