// Types of the contract: node generate.mjs CONTRACT OUT
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const [contract, out] = process.argv.slice(2);
const types = await openapiTS(JSON.parse(readFileSync(contract, "utf8")), {
  defaultNonNullable: false,
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
});
writeFileSync(out, "// Made from the contract by openapi-typescript. Do not edit.\n" + astToString(types));
