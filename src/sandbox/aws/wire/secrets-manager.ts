import type { SandboxWorld } from "../model/region-state.ts";
import { secretsManager } from "../model/secrets-manager.ts";
import { optionalString, requiredString } from "./json-fields.ts";
import { jsonService } from "./json-protocol.ts";
import type { WireService } from "./service.ts";

/** Secrets Manager on the wire (awsJson1_1): reading values. */
export function secretsManagerService(world: SandboxWorld): WireService {
  return jsonService(world, {
    name: "secretsmanager",
    version: "1.1",
    operations: {
      GetSecretValue: {
        isWrite: false,
        run: (input, { region }) => {
          const { secret, version } = region.part(secretsManager).value(requiredString(input, "SecretId"), {
            versionId: optionalString(input, "VersionId"),
            stage: optionalString(input, "VersionStage"),
          });
          return {
            ARN: secret.arn,
            Name: secret.name,
            VersionId: version.versionId,
            SecretString: version.secretString,
            VersionStages: version.stages,
            CreatedDate: version.createdAtMs / 1000,
          };
        },
      },
    },
  });
}
