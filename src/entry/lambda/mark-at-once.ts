import { setFlagsFromString } from "node:v8";

/**
 * Has the garbage collector mark the heap in one go instead of beside the work. Buffers of a large object pass by the
 * hundred, each soon garbage, and V8 begins to mark whenever some megabytes of them came: beside the work it marked the
 * whole heap fifty times for one object of 79 MB, which took a quarter of all processor time (bench/README.md). In one
 * go it begins when memory is short, which the nursery nearly always prevents, and a pause of 30 ms hurts nobody here.
 * https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export function markAtOnce(): void {
  setFlagsFromString("--no-incremental-marking");
}
