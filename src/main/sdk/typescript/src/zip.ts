import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import { BadArgument } from "./problem.js";

const MOST_NAMED = 10;
const LARGEST = 0x7fff_ffff;
const MOST_FILES = 0xffff;

/**
 * A folder as a zip, by the rule of `mn run`: links are left out, with a warning, and what begins with a dot beside
 * `payloads/`. The same folder gives the same bytes.
 */
export async function zip(folder: string): Promise<Blob> {
  const links: string[] = [];
  const names = (await files(folder, "", links)).sort();
  if (!names.some((name) => /^manifest\.(json|ya?ml)$/.test(name))) {
    throw new BadArgument(`${folder} has no manifest.json or manifest.yaml`);
  }
  if (links.length > 0) {
    const more = links.length > MOST_NAMED ? `, … (${links.length})` : "";
    process.emitWarning(`links are not sent, put there what they lead to: in ${folder} ${links.sort().slice(0, MOST_NAMED).join(", ")}${more}`);
  }
  names.push("payloads/"); // there may be none
  if (names.length > MOST_FILES) throw new BadArgument(`${folder} has ${names.length} files, and ${MOST_FILES} fit into a zip`);
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const name of names) {
    const file = path.join(folder, name);
    const isFolder = name.endsWith("/");
    const data = isFolder ? Buffer.alloc(0) : await readFile(file);
    const packed = deflateRawSync(data);
    const mode = isFolder ? 0o040755 : (await stat(file)).mode & 0o111 ? 0o100755 : 0o100644;
    const encoded = Buffer.from(name, "utf8");
    const entry = Buffer.alloc(26); // version to date are alike in both headers
    entry.writeUInt16LE(20, 0);
    entry.writeUInt16LE(0x0800, 2); // the name is UTF-8
    entry.writeUInt16LE(8, 4); // deflated
    entry.writeUInt16LE(0x21, 8); // 1 January 1980
    entry.writeUInt32LE(crc32(data), 10);
    entry.writeUInt32LE(packed.length, 14);
    entry.writeUInt32LE(data.length, 18);
    entry.writeUInt16LE(encoded.length, 22);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), entry, encoded, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(mode * 0x10000, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), entry, rest, encoded);
    offset += 30 + encoded.length + packed.length;
    if (offset > LARGEST) throw new BadArgument(`${folder} is too large for a zip`);
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(names.length, 4);
  end.writeUInt16LE(names.length, 6);
  end.writeUInt32LE(
    directory.reduce((sum, part) => sum + part.length, 0),
    8,
  );
  end.writeUInt32LE(offset, 12);
  return new Blob([Buffer.concat([...parts, ...directory, Buffer.from("PK\x05\x06", "latin1"), end])], { type: "application/zip" });
}

async function files(folder: string, below: string, links: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (below === "" && entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) found.push(...(await files(folder, name, links)));
    else if (entry.isFile()) found.push(name);
    else if (entry.isSymbolicLink()) links.push(name);
  }
  return found;
}

function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
