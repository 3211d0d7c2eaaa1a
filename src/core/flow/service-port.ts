/** Ports above 1023 that a service has by convention, databases first; all below the ephemeral range of Linux. */
const KNOWN = [
  1433, 1434, 1521, 1522, 1526, 2483, 2484, 3306, 3307, 5432, 5433, 5439, 6379, 6380, 6432, 7687, 8182, 9042,
  9142, 11211, 27017, 27018, 27019, 33060, 2049, 2181, 3268, 3269, 3389, 5671, 5672, 5985, 5986, 8080, 8443,
  9092, 9094, 9096, 9098, 9200, 9300,
];

/** First port that Linux gives to the side that opens a connection; Windows and Lambda begin higher. */
const FIRST_EPHEMERAL = 32_768;

const SERVICE = new Uint8Array(65_536);
SERVICE.fill(1, 1, 1024);
for (const port of KNOWN) SERVICE[port] = 1;

/** Whether a service listens on this port by convention: below 1024, or one of the well-known ones above. */
export function isServicePort(port: number): boolean {
  return SERVICE[port] === 1;
}

/** Whether this is a port that a host gives to the side that opens a connection, and to no well-known service. */
export function isEphemeralPort(port: number): boolean {
  return port >= FIRST_EPHEMERAL && !isServicePort(port);
}
