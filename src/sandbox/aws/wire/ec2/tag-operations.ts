import { ec2State } from "../../model/ec2/ec2-state.ts";
import { createTags, deleteTags, describeTags } from "../../model/ec2/resource-tags.ts";
import { structs, text, texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import { filtersIn, pageIn, tagsIn } from "./inputs.ts";
import { itemsTrail, tagParameters } from "./trail.ts";

const createOperation: QueryOperation = {
  isWrite: true,
  trail: itemsTrail(tagParameters),
  run: (input, { region }) => {
    createTags(region.part(ec2State), texts(input, "ResourceId"), tagsIn(input));
    return { return: true };
  },
};

const deleteOperation: QueryOperation = {
  isWrite: true,
  trail: itemsTrail(tagParameters),
  run: (input, { region }) => {
    const tags = structs(input, "Tag").map((tag) => {
      const value = text(tag, "Value");
      return value === undefined ? { key: text(tag, "Key") ?? "" } : { key: text(tag, "Key") ?? "", value };
    });
    deleteTags(region.part(ec2State), texts(input, "ResourceId"), tags);
    return { return: true };
  },
};

const describeOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const page = describeTags(region.part(ec2State), { filters: filtersIn(input), ...pageIn(input) });
    return {
      tagSet: page.items.map(({ resourceId, resourceType, key, value }) => ({
        resourceId,
        resourceType,
        key,
        value,
      })),
      nextToken: page.nextToken,
    };
  },
};

/** Tags of any EC2 resource. */
export const tagOperations: Readonly<Record<string, QueryOperation>> = {
  CreateTags: createOperation,
  DeleteTags: deleteOperation,
  DescribeTags: describeOperation,
};
