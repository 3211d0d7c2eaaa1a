declare const brand: unique symbol;

/** A string or number that only the function which checked it may mint. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
