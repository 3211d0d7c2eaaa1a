import type { JudgedConversation } from "../judged-conversation.ts";
import { ocsfMetadata } from "./ocsf-metadata.ts";

const CLASS = 4001;
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };

/**
 * One conversation as an OCSF event of Network Activity. The source is the consumer, who opened it.
 *
 * @param readAt milliseconds since 1970; the event's time where the log has none, because OCSF wants one
 */
export function flowOcsf(
  conversation: JudgedConversation,
  readAt: number,
): Readonly<Record<string, unknown>> {
  const { consumer, provider, port, action, records, database, verdict, orientedBy } = conversation;
  const refused = action === "REJECT";
  const activity = refused ? { id: 5, name: "Refuse" } : { id: 6, name: "Traffic" };
  const end = milliseconds(conversation.lastSeen);
  return {
    class_uid: CLASS,
    class_name: "Network Activity",
    category_uid: 4,
    category_name: "Network Activity",
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: CLASS * 100 + activity.id,
    type_name: `Network Activity: ${activity.name}`,
    severity_id: 1,
    severity: "Informational",
    time: end ?? readAt,
    ...field("start_time", milliseconds(conversation.firstSeen)),
    ...field("end_time", end),
    count: records,
    ...(action === undefined ? {} : control(refused)),
    src_endpoint: { ip: consumer },
    dst_endpoint: { ip: provider, ...field("port", port), ...field("name", database) },
    is_src_dst_assignment_known: orientedBy !== "unknown",
    connection_info: connection(conversation),
    ...traffic(conversation),
    metadata: {
      ...ocsfMetadata(action === undefined ? [] : ["security_control"]),
      log_name: "VPC flow logs",
    },
    unmapped: { oriented_by: orientedBy, ...field("verdict", verdict) },
  };
}

const control = (refused: boolean): Readonly<Record<string, unknown>> =>
  refused
    ? { action_id: 2, action: "Denied", disposition_id: 2, disposition: "Blocked" }
    : { action_id: 1, action: "Allowed", disposition_id: 1, disposition: "Allowed" };

function connection({ consumer, protocol }: JudgedConversation): Readonly<Record<string, unknown>> {
  const number = protocol === undefined ? undefined : (PROTOCOLS[protocol] ?? Number(protocol));
  return {
    direction_id: 0,
    direction: "Unknown",
    protocol_ver_id: consumer.includes(":") ? 6 : 4,
    ...field("protocol_num", number),
    ...(protocol === undefined || PROTOCOLS[protocol] === undefined ? {} : { protocol_name: protocol }),
  };
}

function traffic({ packets, bytes }: JudgedConversation): Readonly<Record<string, unknown>> {
  if (packets === undefined && bytes === undefined) return {};
  return { traffic: { ...field("packets", packets), ...field("bytes", bytes) } };
}

const field = (
  name: string,
  value: string | number | undefined,
): Readonly<Record<string, string | number>> => (value === undefined ? {} : { [name]: value });

const milliseconds = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time);
