// What is made of the contract: node generate.mjs CONTRACT FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const [file, out] = process.argv.slice(2);
const contract = JSON.parse(readFileSync(file, "utf8"));

/** Members of any name beside declared ones: a type for them would have to be that of the declared ones too. */
function loosen(node) {
  if (node === null || typeof node !== "object") return;
  if (node.properties && typeof node.additionalProperties === "object") node.additionalProperties = true;
  Object.values(node).forEach(loosen);
}

loosen(contract.components.schemas);
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
