/** One HTTP request as the wire services see it, whether it came over a socket or in process. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded as it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** One HTTP response. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The request body as UTF-8 text. */
export const bodyText = (request: WireRequest): string => new TextDecoder().decode(request.body);
