import type { Diagnostic } from "../core/diagnostic.ts";
import { AwsFault } from "../ports/aws-fault.ts";
import { HistoryFault } from "../ports/flow-history.ts";
import { FlowLogFault } from "../ports/flow-log-objects.ts";
import { PolicyFault } from "../ports/policy-fault.ts";
import { UploadLedgerFault } from "../ports/upload-ledger.ts";

/**
 * A fault of the outside world as a diagnostic; `undefined` for anything else, which is a bug of ours and is to be
 * thrown on. Its code is the kind of fault, e.g. `AWS_THROTTLED` or `POLICY_RATE_LIMITED`.
 */
export function expectedProblem(error: unknown): Diagnostic | undefined {
  if (error instanceof AwsFault) {
    const why = `${error.operation} answered ${error.code}`;
    return { code: faultCode("AWS", error.kind), what: error.message, why, fix: error.fix };
  }
  if (error instanceof PolicyFault) {
    const why = "Without an answer of the PCE nothing is written to AWS";
    return { code: faultCode("POLICY", error.kind), what: error.message, why, fix: error.fix };
  }
  if (error instanceof FlowLogFault) {
    const why = "Its flows are missing until it can be read";
    return { code: faultCode("FLOW_OBJECT", error.kind), what: error.message, why, fix: error.fix };
  }
  if (error instanceof HistoryFault)
    return { code: "HISTORY", what: error.message, why: error.why, fix: error.fix };
  if (error instanceof UploadLedgerFault) {
    const why = "Without its ledger nobody could say which flows the PCE has already";
    return { code: "UPLOAD_LEDGER", what: error.message, why, fix: error.fix };
  }
  return undefined;
}

/** `POLICY_RATE_LIMITED` for the prefix `POLICY` and the kind `rateLimited`. */
export const faultCode = (prefix: string, kind: string): string =>
  `${prefix}_${kind.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()}`;
