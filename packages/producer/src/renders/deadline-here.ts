/**
 * SQL for a row's deadline by the clock of this machine, which need not agree with the database's: the parameter of this
 * number is what it shows now.
 */
export function deadlineHere(parameter: number): string {
  return `$${parameter}::timestamptz + (deadline - statement_timestamp()) AS deadline`;
}
