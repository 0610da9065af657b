import type { Received } from "../traffic.ts";

/** The process at both ends of a relay. */
export interface FarEnds {
  /** The port that sends. */
  source: number;
  /** The port that receives. */
  sink: number;
  /** Announces what the next connection is to carry. */
  expect(bytes: number, stride: number): Promise<void>;
  /** What it carried, when it has ended. */
  received(): Promise<Received>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startFarEnds(): Promise<FarEnds> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/bench/relay/far_ends.ts"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  const { source, sink, control } = JSON.parse(new TextDecoder().decode(value));
  const ask = async (path: string) => await (await fetch(`http://127.0.0.1:${control}${path}`)).json();
  return {
    source,
    sink,
    async expect(bytes, stride) {
      await ask(`/expect?bytes=${bytes}&stride=${stride}`);
    },
    received: () => ask("/received"),
    async stop() {
      child.kill();
      await output.cancel();
      await child.status;
    },
  };
}
