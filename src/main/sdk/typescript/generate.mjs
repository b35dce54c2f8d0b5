// Types of the contract: node generate.mjs CONTRACT OUT
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [contract, out] = process.argv.slice(2);
const known = (word) =>
  typeof word === "string" ? ts.factory.createStringLiteral(word) : ts.factory.createNumericLiteral(word);

/** The words of today as a help in editors, and any other that a newer server may say. */
function open(schema) {
  const words = schema["x-mn-words"];
  if (!words || words.some((word) => typeof word !== typeof words[0] || typeof word === "boolean")) return undefined;
  const base = ts.factory.createKeywordTypeNode(
    typeof words[0] === "string" ? ts.SyntaxKind.StringKeyword : ts.SyntaxKind.NumberKeyword);
  const any = ts.factory.createIntersectionTypeNode([base, ts.factory.createTypeLiteralNode([])]);
  const types = words.map((word) => ts.factory.createLiteralTypeNode(known(word)));
  if (Array.isArray(schema.type) && schema.type.includes("null")) {
    types.push(ts.factory.createLiteralTypeNode(ts.factory.createNull()));
  }
  return ts.factory.createUnionTypeNode([...types, any]);
}

const ast = await openapiTS(JSON.parse(readFileSync(contract, "utf8")), {
  defaultNonNullable: false,
  transform: open,
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
});
writeFileSync(out, "// Made from the contract by openapi-typescript. Do not edit.\n" + astToString(ast));
