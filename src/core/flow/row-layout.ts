/**
 * How a flow is laid out in 32-bit words: one row per flow, in one Int32Array.
 *
 * An oriented flow is (consumer, provider, provider's port): the ephemeral port was dropped. An undetermined one keeps
 * both ports, its two ends in a fixed order, until the whole read is known.
 */
export const ROW_WORDS = 8;
/** Address word of side A, the consumer of an oriented flow: the IPv4 address, or an index of IPv6 addresses. */
export const A = 0;
export const B = 1;
/** Port of A in the high half (0 for an oriented flow), port of B in the low half. */
export const PORTS = 2;
/** The bits below. */
export const META = 3;
/** Number of records, unsigned. */
export const RECORDS = 4;
/** The SAW bits below. */
export const SAW = 5;
/** The last object that gave this row its time. */
export const OBJECT = 6;
/** First link of the list of interfaces, counted from 1; 0 for none. */
export const INTERFACES = 7;

/** The protocol number, or this when the format has none. */
export const NO_PROTOCOL = 256;
export const PROTOCOL_MASK = 0x1ff;
export const ACTION_SHIFT = 9;
export const ACTION_MASK = 3 << ACTION_SHIFT;
export const ACCEPT = 0;
export const REJECT = 1;
export const NO_ACTION = 2;
export const A_IS_IPV6 = 1 << 11;
export const B_IS_IPV6 = 1 << 12;
export const A_HAS_NO_PORT = 1 << 13;
export const B_HAS_NO_PORT = 1 << 14;
export const ORIENTED = 1 << 15;

/** A sent a record; B sent one. */
export const SAW_FROM_A = 1;
export const SAW_FROM_B = 2;
export const SAW_PACKETS = 4;
export const SAW_BYTES = 8;
export const SAW_TIME = 16;
/** What oriented a resolved row: 0 unknown, 1 port, 2 database, 3 syn. */
export const BY_SHIFT = 8;

/** Sums and times of a row, in one Float64Array. */
export const STAT_WORDS = 4;
export const PACKETS = 0;
export const BYTES = 1;
export const FIRST = 2;
export const LAST = 3;
