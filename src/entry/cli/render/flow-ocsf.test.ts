import { describe, expect, it } from "vitest";
import type { JudgedConversation } from "../judged-conversation.ts";
import { flowOcsf } from "./flow-ocsf.ts";

const talk: JudgedConversation = {
  consumer: "10.0.0.1",
  provider: "10.0.9.5",
  records: 3,
  orientedBy: "syn",
};

describe("flowOcsf", () => {
  it("tells all that the log has", () => {
    const full: JudgedConversation = {
      ...talk,
      port: 5432,
      protocol: "tcp",
      action: "ACCEPT",
      packets: 9,
      bytes: 900,
      firstSeen: "2026-01-05T09:00:00Z",
      lastSeen: "2026-01-05T09:10:00Z",
      database: "orders",
      verdict: "denied",
    };
    expect(flowOcsf(full, 7)).toMatchObject({
      class_uid: 4001,
      category_uid: 4,
      activity_id: 6,
      type_uid: 400106,
      time: Date.UTC(2026, 0, 5, 9, 10),
      start_time: Date.UTC(2026, 0, 5, 9),
      count: 3,
      action_id: 1,
      disposition_id: 1,
      src_endpoint: { ip: "10.0.0.1" },
      dst_endpoint: { ip: "10.0.9.5", port: 5432, name: "orders" },
      is_src_dst_assignment_known: true,
      connection_info: { protocol_num: 6, protocol_name: "tcp", protocol_ver_id: 4 },
      traffic: { packets: 9, bytes: 900 },
      metadata: { version: "1.6.0", profiles: ["security_control"] },
      unmapped: { verdict: "denied" },
    });
  });

  it("calls a rejected one refused", () => {
    expect(flowOcsf({ ...talk, action: "REJECT" }, 7)).toMatchObject({ type_uid: 400105, disposition_id: 2 });
  });

  it("makes nothing up where the log has less", () => {
    const event = flowOcsf({ ...talk, consumer: "2001:db8::1", orientedBy: "unknown", protocol: "47" }, 7);
    expect(event).toMatchObject({ time: 7, is_src_dst_assignment_known: false });
    expect(event.connection_info).toEqual({
      direction_id: 0,
      direction: "Unknown",
      protocol_ver_id: 6,
      protocol_num: 47,
    });
    for (const absent of ["traffic", "end_time", "action_id", "disposition_id"])
      expect(event).not.toHaveProperty(absent);
    expect(event.dst_endpoint).toEqual({ ip: "10.0.9.5" });
  });
});
