import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { page } from "../support/browser.ts";
import { needs } from "../support/features.ts";
import { BODY, sha256 } from "./bodies.ts";

describe("A Service Worker", needs("service workers"), () => {
  let registration: { unregister(): Promise<boolean> };

  beforeAll(async () => {
    const { serviceWorker } = page.navigator;
    const controlled = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve));
    registration = await serviceWorker.register("/service_worker.mjs", { type: "module" });
    if (serviceWorker.controller === null) await controlled;
  });

  afterAll(async () => void await registration.unregister());

  it("forwards a body and counts it", async () => {
    const response = await fetch("/sw/body");
    assertEquals(await sha256(await response.blob()), await sha256(BODY));
    assertEquals(Number(await (await fetch("/sw/count")).text()), BODY.byteLength);
  });
});
