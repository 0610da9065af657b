import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { BufReader } from "@sluice/io/bufio";
import { oneByteReader } from "@sluice/io/iotest";
import { BytesReader } from "@sluice/io/bytes";
import { peekClientHello } from "../../../scripts/proxy/client_hello.ts";
import { clientHello } from "./client_hello.ts";

const NOTHING = { serverName: null, protocols: [] };

function readerOf(bytes: Uint8Array): BufReader {
  return new BufReader(new BytesReader(bytes), 20 * 1024);
}

describe("peekClientHello()", () => {
  it("tells the name and the protocols, and takes nothing", async () => {
    const bytes = await clientHello({ servername: "example.test", ALPNProtocols: ["h2", "http/1.1"] });
    const reader = readerOf(bytes);
    const hello = { serverName: "example.test", protocols: ["h2", "http/1.1"] };
    assertEquals(await peekClientHello(reader), hello);
    assertEquals(await peekClientHello(reader), hello);
    assertEquals(await reader.peek(bytes.length), bytes);
  });

  it("waits for all of it: row 23", async () => {
    const bytes = await clientHello({ servername: "example.test", ALPNProtocols: ["h2"] });
    const reader = new BufReader(oneByteReader(new BytesReader(bytes)), 20 * 1024);
    assertEquals(await peekClientHello(reader), { serverName: "example.test", protocols: ["h2"] });
    assertEquals(reader.buffered, bytes.length);
  });

  it("tells nothing of what the client does not say", async () => {
    assertEquals(
      (await peekClientHello(readerOf(await clientHello({ host: "127.0.0.1" })))).serverName,
      null,
    );
  });

  it("tells nothing, and does not fail, where it is cut off anywhere or is none", async () => {
    const bytes = await clientHello({ servername: "example.test", ALPNProtocols: ["h2"] });
    for (let size = 0; size < bytes.length; size++) {
      const { protocols } = await peekClientHello(readerOf(bytes.slice(0, size)));
      assertEquals(protocols.every((protocol) => protocol === "h2"), true);
    }
    const text = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");
    assertEquals(await peekClientHello(readerOf(text)), NOTHING);
    for (let at = 5; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = 0xff;
      await peekClientHello(readerOf(changed));
    }
  });
});
