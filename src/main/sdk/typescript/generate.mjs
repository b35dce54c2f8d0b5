// What is made of the contract: node generate.mjs CONTRACT FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const [file, out] = process.argv.slice(2);
const contract = JSON.parse(readFileSync(file, "utf8"));

/** What a node of the contract names, and all that these name in turn. */
function reached(node, found = new Set()) {
  if (node === null || typeof node !== "object") return found;
  const { $ref } = node;
  if (typeof $ref === "string" && !found.has($ref)) {
    found.add($ref);
    reached($ref.slice(2).split("/").reduce((part, name) => part[name], contract), found);
  }
  Object.values(node).forEach((part) => reached(part, found));
  return found;
}

/**
 * Members of any name beside declared ones: a type for them would have to be that of the declared ones too. In what
 * only the server says they are not named, so that a slip of the pen is one: a program that wants them casts.
 */
function loosen(node, isSent) {
  if (node === null || typeof node !== "object") return;
  if (node.properties && node.additionalProperties) {
    if (isSent) node.additionalProperties = true;
    else delete node.additionalProperties;
  }
  Object.values(node).forEach((part) => loosen(part, isSent));
}

const bodies = Object.values(contract.paths).flatMap((operations) => Object.values(operations).map((operation) => operation.requestBody));
const sent = reached(bodies);
for (const [name, schema] of Object.entries(contract.components.schemas)) loosen(schema, sent.has("#/components/schemas/" + name));
const types = await openapiTS(contract, { defaultNonNullable: false, rootTypes: true, rootTypesNoSchemaPrefix: true });
writeFileSync(out + "/schema.ts", "// Made from the contract by openapi-typescript. Do not edit.\n" + astToString(types));

const seconds = {};
for (const [path, operations] of Object.entries(contract.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    if (operation["x-mn-timeout"]) seconds[`${method.toUpperCase()} ${path}`] = operation["x-mn-timeout"];
  }
}
const text = JSON.stringify(seconds, null, 2);
writeFileSync(out + "/limits.ts", `/** How many seconds the contract allows the server for what may take longer than usual. */\nexport const SECONDS: Record<string, number> = ${text};\n`);
