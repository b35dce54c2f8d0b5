import net from "node:net";

/** Between clients and a server; cuts each connection behind a random number of bytes, as often as it was told to. */
export async function cutting(port, cuts, most) {
  const proxy = net.createServer((client) => {
    const server = net.connect(port, "127.0.0.1");
    let budget = proxy.left > 0 ? 1 + Math.floor(Math.random() * most) : Infinity;
    client.on("data", (piece) => server.write(piece));
    server.on("data", (piece) => {
      if (budget > 0 && piece.length >= budget) {
        proxy.left--;
        client.write(piece.subarray(0, budget));
        client.destroySoon();
        server.destroy();
      } else if (budget > 0) client.write(piece);
      budget -= piece.length;
    });
    server.on("end", () => client.end());
    client.on("close", () => server.destroy());
    for (const socket of [client, server]) socket.on("error", () => client.destroy());
  });
  proxy.left = cuts;
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  proxy.url = `http://127.0.0.1:${proxy.address().port}`;
  return proxy;
}

/** Runs work while pauses of up to ten seconds take a hundredth of their time. */
export async function hastily(work) {
  const wait = globalThis.setTimeout;
  globalThis.setTimeout = (done, delay, ...more) => wait(done, delay < 20_000 ? delay / 100 : delay, ...more);
  try {
    return await work();
  } finally {
    globalThis.setTimeout = wait;
  }
}

export async function all(records) {
  const found = [];
  for await (const record of records) found.push(record);
  return found;
}
