import { type Ec2State, ec2State } from "../../model/ec2/ec2-state.ts";
import { type FilterFields, filtered } from "../../model/ec2/filters.ts";
import { pageOf } from "../../model/ec2/pages.ts";
import type { PrefixList, PrefixListEntry } from "../../model/ec2/prefix-list.ts";
import {
  createPrefixList,
  deletePrefixList,
  entriesAt,
  modifyPrefixList,
  prefixListById,
} from "../../model/ec2/prefix-lists.ts";
import type { FormStruct } from "../form.ts";
import { integer, requiredText, structs, text, texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import type { XmlStruct } from "../xml.ts";
import { tagSet } from "./group-xml.ts";
import { filtersIn, pageIn, tagSpecificationsIn } from "./inputs.ts";
import { requestTrail } from "./trail.ts";

const LIMITS = { least: 1, most: 100 };

const listXml = (ec2: Ec2State, list: PrefixList): XmlStruct => ({
  prefixListId: list.prefixListId,
  addressFamily: list.family === "ipv4" ? "IPv4" : "IPv6",
  state: list.state,
  stateMessage: list.stateMessage,
  prefixListArn: `arn:aws:ec2:${ec2.region.region}:${list.ownerId.toLowerCase()}:prefix-list/${list.prefixListId}`,
  prefixListName: list.prefixListName,
  // AWS shows neither for the lists it manages itself.
  maxEntries: list.ownerId === "AWS" ? undefined : list.maxEntries,
  version: list.ownerId === "AWS" ? undefined : list.version,
  tagSet: tagSet(ec2.tags.of(list.prefixListId)),
  ownerId: list.ownerId,
});

const entriesIn = (input: FormStruct, key: string): readonly PrefixListEntry[] =>
  structs(input, key).map((entry) => {
    const description = text(entry, "Description");
    const cidr = text(entry, "Cidr") ?? "";
    return description === undefined ? { cidr } : { cidr, description };
  });

const listIn = (ec2: Ec2State, input: FormStruct): PrefixList =>
  prefixListById(ec2, requiredText(input, "PrefixListId"));

const createOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("CreateManagedPrefixList"),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const list = createPrefixList(ec2, {
      prefixListName: requiredText(input, "PrefixListName"),
      family: requiredText(input, "AddressFamily") === "IPv6" ? "ipv6" : "ipv4",
      maxEntries: integer(input, "MaxEntries") ?? 0,
      entries: entriesIn(input, "Entry"),
      tags: tagSpecificationsIn(input, "prefix-list"),
    });
    return { prefixList: listXml(ec2, list) };
  },
};

const modifyOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("ModifyManagedPrefixList"),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const list = modifyPrefixList(ec2, listIn(ec2, input), {
      currentVersion: integer(input, "CurrentVersion"),
      prefixListName: text(input, "PrefixListName"),
      maxEntries: integer(input, "MaxEntries"),
      addEntries: entriesIn(input, "AddEntry"),
      removeCidrs: entriesIn(input, "RemoveEntry").map((entry) => entry.cidr),
    });
    return { prefixList: listXml(ec2, list) };
  },
};

const deleteOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("DeleteManagedPrefixList"),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    return { prefixList: listXml(ec2, deletePrefixList(ec2, listIn(ec2, input))) };
  },
};

const describeOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const ids = texts(input, "PrefixListId");
    const candidates = ids.length > 0 ? ids.map((id) => prefixListById(ec2, id)) : ec2.prefixLists.values();
    const matching = filtered(candidates, filtersIn(input), FIELDS, (list) => ec2.tags.of(list.prefixListId));
    const page = pageOf(matching, pageIn(input), LIMITS);
    return { prefixListSet: page.items.map((list) => listXml(ec2, list)), nextToken: page.nextToken };
  },
};

const FIELDS: FilterFields<PrefixList> = {
  "owner-id": (list) => [list.ownerId],
  "prefix-list-id": (list) => [list.prefixListId],
  "prefix-list-name": (list) => [list.prefixListName],
};

const entriesOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const list = listIn(region.part(ec2State), input);
    const page = pageOf(entriesAt(list, integer(input, "TargetVersion")), pageIn(input), LIMITS);
    return {
      entrySet: page.items.map(({ cidr, description }) => ({ cidr, description })),
      nextToken: page.nextToken,
    };
  },
};

/** Managed prefix lists. */
export const prefixListOperations: Readonly<Record<string, QueryOperation>> = {
  CreateManagedPrefixList: createOperation,
  ModifyManagedPrefixList: modifyOperation,
  DeleteManagedPrefixList: deleteOperation,
  DescribeManagedPrefixLists: describeOperation,
  GetManagedPrefixListEntries: entriesOperation,
};
