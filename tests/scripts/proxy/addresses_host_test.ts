import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { isPrivate } from "../../../scripts/proxy/addresses.ts";

describe("isPrivate()", () => {
  for (
    const address of [
      "0.0.0.0",
      "10.1.2.3",
      "100.64.0.1",
      "127.0.0.1",
      "127.255.255.255",
      "169.254.169.254",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "::127.0.0.1",
      "::ffff:10.0.0.1",
      "::ffff:7f00:1",
      "64:ff9b::192.168.0.1",
      "2002:7f00:1::",
      "2001::1",
      "fc00::1",
      "fd12:3456::1",
      "fe80::1%eth0",
      "ff02::1",
      "no address",
      "",
    ]
  ) {
    it(`holds ${JSON.stringify(address)} to be private`, () => assertEquals(isPrivate(address), true));
  }

  for (
    const address of [
      "1.1.1.1",
      "8.8.8.8",
      "100.63.255.255",
      "100.128.0.1",
      "126.255.255.255",
      "128.0.0.1",
      "172.15.255.255",
      "172.32.0.1",
      "192.167.255.255",
      "223.255.255.255",
      "::ffff:8.8.8.8",
      "64:ff9b::8.8.8.8",
      "2002:808:808::1",
      "2606:4700:4700::1111",
      "2a00:1450:4001:800::200e",
    ]
  ) {
    it(`holds ${address} to be public`, () => assertEquals(isPrivate(address), false));
  }
});
