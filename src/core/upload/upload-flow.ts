/** One conversation as the PCE takes it: who opened, to whom, on which port, IANA protocol number. */
export interface UploadFlow {
  readonly consumer: string;
  readonly provider: string;
  readonly port: number;
  readonly protocol: number;
}

/** Equal for equal flows, e.g. `10.0.1.10 10.0.9.20 3306 6`. */
export const flowKey = ({ consumer, provider, port, protocol }: UploadFlow): string =>
  `${consumer} ${provider} ${port} ${protocol}`;
