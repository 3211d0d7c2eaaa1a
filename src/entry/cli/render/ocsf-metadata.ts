/** The first version with `is_src_dst_assignment_known`: https://schema.ocsf.io/1.6.0/classes/network_activity */
const OCSF_VERSION = "1.6.0";

/** What every OCSF event says of its schema and its maker; `profiles` only where it uses some. */
export function ocsfMetadata(profiles: readonly string[] = []): Readonly<Record<string, unknown>> {
  return {
    version: OCSF_VERSION,
    product: { name: "Moat", vendor_name: "Moat" },
    ...(profiles.length === 0 ? {} : { profiles }),
  };
}
