import { spawnSync } from "node:child_process";
import type { SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";
import { type FrozenRule, freezeIngress, letsIn } from "../scenario/group-rules.ts";
import type { Namespaces } from "./namespaces.ts";

/** What the interface let in from one moment until the next state took over. Times are those of the machine. */
export interface IngressState {
  /** When the change began to be made, and when it was certain to be in force. */
  readonly sinceMs: number;
  readonly settledMs: number;
  readonly groups: readonly string[];
  readonly rules: readonly FrozenRule[];
}

interface FeedOptions {
  readonly sandbox: SandboxAws;
  readonly interfaceId: string;
  readonly namespaces: Namespaces;
  readonly host: string;
  /** Called after each change, before anything else in this process can go on. */
  readonly hold: (state: IngressState) => void;
}

/**
 * Keeps nftables on a host the same as the groups on an interface of the sandbox. Each change of state is carried over
 * before the call that made it returns.
 */
export class IngressFeed {
  readonly states: IngressState[] = [];
  readonly #options: FeedOptions;
  readonly #stop: () => void;
  #loaded = "";

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#carryOver();
    this.#stop = options.sandbox.network.onChange(() => this.#carryOver());
  }

  stop(): void {
    this.#stop();
  }

  /** Whether the rules in force between two moments of the machine let an address in: in part of it, `either`. */
  admits(address: string, port: number, fromMs: number, toMs: number): "yes" | "no" | "either" {
    const answers = this.states
      .filter((state, i) => {
        const next = this.states[i + 1];
        return state.sinceMs <= toMs && (next === undefined || next.settledMs >= fromMs);
      })
      .map((state) => letsIn(state.rules, address, port));
    if (answers.every(Boolean)) return "yes";
    return answers.some(Boolean) ? "either" : "no";
  }

  #carryOver(): void {
    const { sandbox, interfaceId, hold } = this.#options;
    const ec2 = sandbox.ec2();
    const groups = ec2.interfaces.get(interfaceId)?.groupIds ?? [];
    const rules = freezeIngress(ec2, groups);
    const ruleset = nftRuleset(rules);
    if (ruleset === this.#loaded) return;
    const sinceMs = Date.now();
    this.#load(ruleset);
    const state = { sinceMs, settledMs: Date.now() + 1, groups, rules };
    this.states.push(state);
    hold(state);
  }

  #load(ruleset: string): void {
    const { namespaces, host } = this.#options;
    const [command, args] = namespaces.on(host, "KILL", "nft", "-f", "-");
    const loaded = spawnSync(command, args, { input: ruleset, encoding: "utf8", timeout: 20_000 });
    if (loaded.status !== 0) throw new Error(`nft: ${loaded.stderr || loaded.error?.message}\n${ruleset}`);
    this.#loaded = ruleset;
  }
}

/**
 * Rules as one nftables transaction. The chain stays and only its rules are replaced, and every peer is a rule of its
 * own: so a packet sees all of the old ones or all of the new ones. (A chain that is made anew is hooked in beside the
 * old one for a moment, and named sets are looked up apart from the rules.)
 *
 * What no rule lets in is answered by a reset, not dropped: a client would send its SYN again after a drop, and a short
 * refusal would pass unseen.
 */
export function nftRuleset(rules: readonly FrozenRule[]): string {
  return [
    "table inet groups {",
    "  chain ingress {",
    "    type filter hook input priority filter; policy accept;",
    "  }",
    "}",
    "flush chain inet groups ingress",
    ...[
      // A security group tracks connections: what was let in lives on.
      "ct state established,related accept",
      ...new Set(rules.flatMap((rule) => rule.peers.map((peer) => `${match(rule, peer)} accept`))),
      "meta l4proto tcp reject with tcp reset",
      "drop",
    ].map((rule) => `add rule inet groups ingress ${rule}`),
    "",
  ].join("\n");
}

function match({ protocol, fromPort, toPort }: FrozenRule, peer: string): string {
  const source = `${peer.includes(":") ? "ip6" : "ip"} saddr ${peer}`;
  if (protocol === "-1") return source;
  if (protocol === "tcp" || protocol === "udp") return `${source} ${protocol} dport ${fromPort}-${toPort}`;
  return `${source} meta l4proto ${protocol === "icmpv6" ? "ipv6-icmp" : protocol}`;
}
