import { PolicyFault, type PolicyFaultKind } from "../../ports/policy-fault.ts";
import { errorBodyText, isHtml } from "./error-body.ts";
import type { HttpAnswer, HttpMethod, TransportFailure } from "./exchange.ts";

/** What was asked, for messages: never with headers or a body. */
export interface Asked {
  readonly method: HttpMethod;
  /** Host and port of the PCE. */
  readonly host: string;
  readonly path: string;
  readonly org: string;
}

interface Meaning {
  readonly kind: PolicyFaultKind;
  readonly says: string;
  readonly fix: (asked: Asked) => string;
}

const CHECK_ADDRESS = (asked: Asked): string =>
  `check the address of the PCE (${asked.host}) and the organisation (${asked.org})`;

const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: { kind: "invalid", says: "found the request malformed", fix: () => "report this as a bug of Moat" },
  401: {
    kind: "credentials",
    says: "does not accept the API key",
    fix: () =>
      "check MOAT_PCE_KEY and MOAT_PCE_SECRET: the key may be mistyped, deleted, expired, or of another PCE",
  },
  403: {
    kind: "denied",
    says: "gives the API key no right to this",
    fix: (asked) => `give the key's owner a global role, Read Only at least, in organisation ${asked.org}`,
  },
  404: { kind: "notFound", says: "does not know this", fix: CHECK_ADDRESS },
  405: { kind: "badAnswer", says: "does not allow this method", fix: CHECK_ADDRESS },
  406: {
    kind: "invalid",
    says: "refused the content",
    fix: () => "correct what the PCE names, then try again",
  },
  429: {
    kind: "rateLimited",
    says: "gets too many requests",
    fix: () => "wait a minute, or give Moat an API key of its own: the PCE counts per key",
  },
};

const REDIRECT: Meaning = { kind: "badAnswer", says: "points somewhere else", fix: CHECK_ADDRESS };
const SERVER_ERROR: Meaning = {
  kind: "serverError",
  says: "failed",
  fix: (asked) => `look at the health of the PCE, https://${asked.host}/api/v2/health, then try again`,
};
const OTHER: Meaning = {
  kind: "badAnswer",
  says: "gave an answer that Moat does not know",
  fix: CHECK_ADDRESS,
};

/** The fault that an answer with an error status means. */
export function faultOfStatus(asked: Asked, answer: HttpAnswer): PolicyFault {
  const meaning = MEANINGS[answer.status] ?? meaningOfClass(answer.status);
  const detail = errorBodyText(answer.text);
  const said = detail === "" ? "" : `: ${detail}`;
  return fault(meaning.kind, asked, `${meaning.says} (${answer.status})${said}`, meaning.fix(asked));
}

/** The fault of an answer that came whole but is not JSON. */
export function faultOfBody(asked: Asked, answer: HttpAnswer): PolicyFault {
  if (isHtml(answer.text)) {
    const fix = `check the address (${asked.host}): a proxy or a login page may stand before the PCE`;
    return fault("badAnswer", asked, "answered with an HTML page instead of JSON", fix);
  }
  const fix = "try again; if it stays, look for a proxy that cuts answers short";
  return fault(
    "badAnswer",
    asked,
    `answered with JSON that stops or breaks after ${answer.text.length} characters`,
    fix,
  );
}

/** The fault of an answer that is JSON of another form than expected. */
export function faultOfShape(asked: Asked, expected: string): PolicyFault {
  return fault("badAnswer", asked, `did not answer with ${expected}`, CHECK_ADDRESS(asked));
}

/** The fault of a request that got no answer. */
export function faultOfTransport(asked: Asked, failure: TransportFailure): PolicyFault {
  switch (failure.kind) {
    case "timedOut":
      return fault(
        "timedOut",
        asked,
        `is too slow: ${failure.detail}`,
        "check the network and the load of the PCE",
      );
    case "cut":
      return fault("badAnswer", asked, `broke off the connection (${failure.detail})`, "try again");
    case "untrusted":
      return fault(
        "unreachable",
        asked,
        `has a certificate that this machine does not trust (${failure.detail})`,
        "name the file of its certificate authority in NODE_EXTRA_CA_CERTS",
      );
    case "unreachable":
      return fault(
        "unreachable",
        asked,
        `cannot be reached (${failure.detail})`,
        reachFix(asked, failure.detail),
      );
  }
}

function reachFix(asked: Asked, detail: string): string {
  if (detail === "ENOTFOUND" || detail === "EAI_AGAIN")
    return `check the name in "${asked.host}", and the DNS`;
  return `check that "${asked.host}" is right and that no firewall is between: curl -v https://${asked.host}/api/v2/health`;
}

function meaningOfClass(status: number): Meaning {
  if (status >= 500) return SERVER_ERROR;
  return status >= 300 && status < 400 ? REDIRECT : OTHER;
}

function fault(kind: PolicyFaultKind, asked: Asked, said: string, fix: string): PolicyFault {
  return new PolicyFault(kind, `The PCE ${asked.host} ${said}, asked to ${asked.method} ${asked.path}`, fix);
}
