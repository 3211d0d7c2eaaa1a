import { AwsError } from "../aws-error.ts";

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html; pairs and prefix lists list no "&".
const CIDR_DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/;
const OTHER_DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=;{}!$*]{0,255}$/;
const SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

/** @throws AwsError InvalidParameterValue */
export function checkRuleDescription(
  description: string | undefined,
  peerKind: "cidr" | "prefixList" | "group",
): void {
  const allowed = peerKind === "cidr" ? CIDR_DESCRIPTION : OTHER_DESCRIPTION;
  if (description === undefined || allowed.test(description)) return;
  throw new AwsError(
    "InvalidParameterValue",
    `Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  ${SET}`,
  );
}

/** @throws AwsError InvalidParameterValue */
export function checkGroupDescription(description: string): void {
  if (CIDR_DESCRIPTION.test(description)) return;
  throw new AwsError(
    "InvalidParameterValue",
    `Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:  ${SET}`,
  );
}

/** @throws AwsError InvalidParameterValue */
export function checkGroupName(groupName: string): void {
  if (groupName.toLowerCase().startsWith("sg-")) {
    const message = `Value (${groupName}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`;
    throw new AwsError("InvalidParameterValue", message);
  }
  if (groupName !== "" && CIDR_DESCRIPTION.test(groupName)) return;
  throw new AwsError(
    "InvalidParameterValue",
    `Value (${groupName}) for parameter GroupName is invalid. Character sets beyond ASCII are not supported; ` +
      `valid names are 1 to 255 characters from the following set:  ${SET}`,
  );
}
