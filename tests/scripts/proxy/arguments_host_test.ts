import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Complaint } from "../../../scripts/copy/complaint.ts";
import { parseArguments } from "../../../scripts/proxy/arguments.ts";

describe("parseArguments() of the proxy", () => {
  it("listens on the loopback interface unless told otherwise", () => {
    for (
      const [args, hostname, port] of [
        [[], "127.0.0.1", 8080],
        [["--listen", "3128"], "127.0.0.1", 3128],
        [["--listen", "0.0.0.0:80"], "0.0.0.0", 80],
        [["--listen", "[::1]:0"], "::1", 0],
      ] as const
    ) {
      const command = parseArguments([...args]);
      assertEquals([command?.hostname, command?.port], [hostname, port]);
    }
  });

  it("takes all that the help names", () => {
    const command = parseArguments([
      ...["--mitm", "ca.pem", "key.pem", "--rate", "1MiB", "--upstream", "http://u:p@proxy:3128"],
      ...["--trust", "a.pem", "--trust", "b.pem", "--refuse-private"],
      ...["--idle-timeout", "1.5 min", "--half-close-timeout", "500ms"],
      ...["--request-header", "x: 1", "--request-header", "y:2", "--response-header", "z: a: b"],
    ]);
    const { requestHeaders, responseHeaders, upstream, ...rest } = command ?? parseFailed();
    assertEquals(rest, {
      hostname: "127.0.0.1",
      port: 8080,
      mitm: { cert: "ca.pem", key: "key.pem" },
      trust: ["a.pem", "b.pem"],
      rate: 1024 * 1024,
      refusePrivate: true,
      idleTimeout: 90_000,
      halfCloseTimeout: 500,
    });
    assertEquals([...requestHeaders], [["x", "1"], ["y", "2"]]);
    assertEquals([...responseHeaders], [["z", "a: b"]]);
    assertEquals(upstream?.host, "proxy:3128");
  });

  it("asks for help", () => assertEquals(parseArguments(["--help"]), null));

  for (
    const [args, complaint] of [
      [["--listen", "nowhere"], 'Cannot use "nowhere" for --listen: expected an address'],
      [["--listen", "127.0.0.1:65536"], 'Cannot use "127.0.0.1:65536" for --listen'],
      [["--rate", "fast"], 'Cannot use "fast" for --rate'],
      [["--rate", "0"], 'Cannot use "0" for --rate'],
      [["--mitm", "ca.pem"], "only --mitm has two values"],
      [["stray"], "only --mitm has two values"],
      [["--upstream", "ftp://x"], 'Cannot use "ftp://x" for --upstream'],
      [["--idle-timeout", "0s"], 'Cannot use "0s" for --idle-timeout'],
      [["--half-close-timeout", "soon"], 'Cannot use "soon" for --half-close-timeout'],
      [["--request-header", "no field"], 'Cannot use "no field" for --request-header'],
    ] as const
  ) {
    it(`refuses ${args.join(" ")}`, () => {
      assertThrows(() => parseArguments([...args]), Complaint, complaint);
    });
  }
});

function parseFailed(): never {
  throw new Error("There is no command");
}
