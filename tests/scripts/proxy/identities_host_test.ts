import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Identities } from "../../../scripts/proxy/identities.ts";
import { Authority } from "../../../scripts/tls/authority.ts";

describe("Identities", () => {
  it("mints a certificate for a host once", async () => {
    const authority = await Authority.create("sluice test");
    const minted: string[] = [];
    const issue = authority.issue.bind(authority);
    authority.issue = (hosts) => {
      minted.push(...hosts);
      return issue(hosts);
    };
    const identities = new Identities(authority);
    const [one, again] = await Promise.all([identities.for("a.test"), identities.for("a.test")]);
    const other = await identities.for("b.test");
    assert(one === again);
    assert(one !== other);
    assert(await identities.for("a.test") === one);
    assertEquals(minted, ["a.test", "b.test"]);
  });

  it("tries again where minting failed", async () => {
    const authority = await Authority.create("sluice test");
    const issue = authority.issue.bind(authority);
    let failures = 1;
    authority.issue = (hosts) => failures-- > 0 ? Promise.reject(new Error("no entropy")) : issue(hosts);
    const identities = new Identities(authority);
    assertEquals(await identities.for("a.test").catch((reason) => reason.message), "no entropy");
    assert(await identities.for("a.test"));
  });
});
