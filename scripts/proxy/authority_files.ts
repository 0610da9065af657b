import { attempt, Complaint, explain } from "../copy/complaint.ts";
import { Authority } from "../tls/authority.ts";

/** Valid for so long if it is made here: about 3 years. */
const DAYS = 1000;

/**
 * Loads an authority from its files, or makes both where neither is there.
 *
 * @param files The certificate and the key, in PEM
 * @param say Told that they were made
 * @returns The authority
 */
export async function loadAuthority(
  { cert, key }: { cert: string; key: string },
  say: (line: string) => void,
): Promise<Authority> {
  if (!await exists(cert) && !await exists(key)) {
    const authority = await Authority.create("sluice proxy", DAYS);
    const text = await authority.exportKey();
    await attempt(`write ${key}`, Deno.writeTextFile(key, text, { mode: 0o600, createNew: true }));
    await attempt(`write ${cert}`, Deno.writeTextFile(cert, authority.cert, { createNew: true }));
    say(`Made ${cert} and ${key}: have clients trust the first, and let nobody see the second`);
    return authority;
  }
  const texts = [cert, key].map((path) => attempt(`read ${path}`, Deno.readTextFile(path)));
  const [certText = "", keyText = ""] = await Promise.all(texts);
  try {
    return await Authority.load({ cert: certText, key: keyText });
  } catch (reason) {
    throw new Complaint(
      `Cannot use ${cert} and ${key}: ${
        explain(reason)
      }; expected a certificate and its key, ECDSA P-256 and PKCS #8`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (reason) {
    if (reason instanceof Deno.errors.NotFound) return false;
    throw new Complaint(`Cannot look at ${path}: ${explain(reason)}`);
  }
}
