/** A relay written in Go, in a process of its own. */
export interface GoRelay {
  /** Has it copy what it reads at one port to the other. */
  relay(source: number, sink: number): Promise<void>;
  stop(): Promise<void>;
}

/** Whether there is a Go to build it with. */
export function hasGo(): boolean {
  try {
    return new Deno.Command("go", { args: ["version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Builds and starts it. */
export async function startGoRelay(): Promise<GoRelay> {
  const program = ".cache/go_relay";
  const args = ["build", "-o", program, "scripts/bench/relay/relay.go"];
  const { success } = await new Deno.Command("go", { args, env: { GO111MODULE: "off" } }).output();
  if (!success) throw new Error("Cannot build the relay in Go");
  const child = new Deno.Command(program, { stdin: "piped" }).spawn();
  const input = child.stdin.getWriter();
  return {
    async relay(source, sink) {
      await input.write(new TextEncoder().encode(`127.0.0.1:${source} 127.0.0.1:${sink}\n`));
    },
    async stop() {
      await input.close();
      await child.status;
    },
  };
}
