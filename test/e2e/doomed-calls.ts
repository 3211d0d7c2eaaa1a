import type { SandboxCall } from "../../src/sandbox/aws/model/call.ts";
import type { LambdaLab } from "./lambda-lab.ts";
import type { LambdaProcess } from "./lambda-process.ts";
import { type Bus, startBus } from "./reconcile-lab.ts";

/** How a function fares at one of its calls. */
export const FATES = [
  /** It dies before AWS hears of the call: as if it had died after it saw the reply to the one before. */
  "dies before",
  /** AWS did what the call says, and the function dies before it sees the reply. */
  "dies after",
  /** AWS did what the call says, the function sees a broken connection, and goes on as it sees fit. */
  "reply lost, lives on",
] as const;

export type Fate = (typeof FATES)[number];

/** A call, told from others of its kind by its turn: `ec2:DescribeSecurityGroups 2`. */
export type CallName = string;

/** The calls of one function after another, of which each may come to harm at one. */
export interface DoomedCalls {
  readonly bus: Bus;
  /** Notes the calls of a function from now on, and lets it meet its fate at one of them. */
  readonly watch: (lambda: LambdaProcess, doom?: { readonly call: CallName; readonly fate: Fate }) => Watched;
  readonly close: () => Promise<void>;
}

export interface Watched {
  readonly calls: readonly CallName[];
  /** Whether the call came at which it was to meet its fate. */
  readonly met: () => boolean;
  readonly end: () => void;
}

/** Stands between a lab's functions and AWS, the event bus included. */
export async function doomedCalls({ aws: { sandbox } }: LambdaLab): Promise<DoomedCalls> {
  let onBus: (name: string) => Fate | undefined = () => undefined;
  const bus = await startBus(() => {
    const fate = onBus("events:PutEvents");
    if (fate === undefined) return "answered";
    return fate === "dies before" ? "never made" : "answer lost";
  });
  return {
    bus,
    watch: (lambda, doom) => {
      const calls: CallName[] = [];
      const turns = new Map<string, number>();
      let met = false;
      /** Strikes at once: the process is gone before anything is answered. */
      const note = (name: string): Fate | undefined => {
        const turn = (turns.get(name) ?? 0) + 1;
        turns.set(name, turn);
        calls.push(`${name} ${turn}`);
        if (met || doom === undefined || doom.call !== `${name} ${turn}`) return undefined;
        met = true;
        if (doom.fate !== "reply lost, lives on") process.kill(lambda.pid, "SIGKILL");
        return doom.fate;
      };
      onBus = note;
      let fate: Fate | undefined;
      const before = sandbox.faults.add({
        match: {
          predicate: (call) => {
            fate = note(nameOf(call));
            return fate === "dies before";
          },
        },
        when: "before",
        error: "connectionReset",
      });
      // A model of AWS answers in one go, so that the call which comes next here is the one that was noted last.
      const after = sandbox.faults.add({
        match: { predicate: () => fate !== undefined },
        when: "after",
        error: "connectionReset",
      });
      return {
        calls,
        met: () => met,
        end: () => {
          before();
          after();
          onBus = () => undefined;
        },
      };
    },
    close: () => bus.close(),
  };
}

const nameOf = ({ context, operation }: SandboxCall): string => `${context.service}:${operation}`;
