import type { SandboxWorld } from "../model/region-state.ts";
import { cloudTrailService } from "./cloud-trail.ts";
import { ec2Service } from "./ec2/ec2-service.ts";
import { rdsService } from "./rds/rds-service.ts";
import { s3Service } from "./s3/s3-service.ts";
import { secretsManagerService } from "./secrets-manager.ts";
import type { WireService } from "./service.ts";
import { serviceQuotasService } from "./service-quotas.ts";
import { sqsService } from "./sqs/sqs-service.ts";
import { stsService } from "./sts.ts";

/** Every service of the sandbox. A new one is added here and nowhere else. */
export const allServices = (world: SandboxWorld): readonly WireService[] => [
  cloudTrailService(world),
  ec2Service(world),
  rdsService(world),
  s3Service(world),
  secretsManagerService(world),
  serviceQuotasService(world),
  sqsService(world),
  stsService(world),
];
