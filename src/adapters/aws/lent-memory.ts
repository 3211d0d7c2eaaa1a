/** Memory that holds inflated bytes and nothing else: where in it the last of them ends. */
const LENT = new WeakMap<ArrayBufferLike, number>();

/** Notes that the memory of a piece is nobody else's, and where in it the last byte that will be read ends. */
export function lendMemory(piece: Uint8Array, end: number): void {
  LENT.set(piece.buffer, end);
}

/**
 * Frees the memory of an inflated piece that nobody will look at again, with the last piece in it. Left to the garbage
 * collector it lies about, so that zlib gets fresh pages from the system for each piece, which takes longer than what
 * zlib does. Memory of others is left alone.
 */
export function giveBack(piece: Uint8Array): void {
  const { buffer } = piece;
  if (LENT.get(buffer) !== piece.byteOffset + piece.length || !(buffer instanceof ArrayBuffer)) return;
  LENT.delete(buffer);
  buffer.transfer(0);
}
