// Copies standard input to standard output and says on standard error how it went.
import { copySettled } from "../../mod.ts";

const outcome = await copySettled(Deno.stdout, Deno.stdin);
await Deno.stderr.write(new TextEncoder().encode(JSON.stringify(outcome)));
