/** Entry of a column of numbers; 0 beyond its end. */
export function numberAt(column: { readonly [at: number]: number }, at: number): number {
  return column[at] ?? 0;
}
