import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { Authority, type Identity } from "../../../scripts/tls/authority.ts";

/** Shakes hands with a server; resolves to what the client thinks of its certificate. */
async function shakeHands(identity: Identity, ca: string, servername: string): Promise<string> {
  const server = createServer(identity, (socket) => socket.on("error", () => {}).end()).listen(
    0,
    "127.0.0.1",
  );
  server.on("tlsClientError", () => {});
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1", ca, servername });
  try {
    return await new Promise((resolve) => {
      socket.once("secureConnect", () => resolve(socket.authorized ? "trusted" : "not authorized"));
      socket.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    });
  } finally {
    socket.destroy();
    server.close();
  }
}

describe("Authority", () => {
  it("signs certificates that whoever trusts it trusts", async () => {
    const authority = await Authority.create("sluice tests");
    const identity = await authority.issue(["example.test", "127.0.0.1", "::1"]);
    assertEquals(await shakeHands(identity, authority.cert, "example.test"), "trusted");
  });

  it("signs for the hosts that were named, and nobody else trusts it", async () => {
    const [authority, other] = [await Authority.create("one"), await Authority.create("two")];
    const identity = await authority.issue(["example.test"]);
    assert(await shakeHands(identity, authority.cert, "other.test") !== "trusted");
    assert(await shakeHands(identity, other.cert, "example.test") !== "trusted");
  });

  it("goes on signing after it was stored and loaded", async () => {
    const authority = await Authority.create("sluice tests");
    const stored = { cert: authority.cert, key: await authority.exportKey() };
    const loaded = await Authority.load(stored);
    assertEquals(loaded.cert, authority.cert);
    const identity = await loaded.issue(["example.test"]);
    assertEquals(await shakeHands(identity, authority.cert, "example.test"), "trusted");
  });
});
