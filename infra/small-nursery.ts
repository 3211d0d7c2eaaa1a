/**
 * For the functions that read flow logs: pieces of an object are garbage at once, and what lies outside of the heap is
 * freed with its handle in the nursery. A small one is cleared often: a 75 MB object takes 180 MiB at most instead of
 * 240 (bench/README.md). https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
export const SMALL_NURSERY = "--max-semi-space-size=2";
