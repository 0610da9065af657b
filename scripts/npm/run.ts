/**
 * Runs a program to its end, and shows what it prints.
 *
 * @param program Path or name of the program
 * @param args Its arguments
 * @param cwd Where it runs; rejects if it exits with anything but 0
 */
export async function run(program: string, args: string[], cwd = "."): Promise<void> {
  console.log(`${program.split("/").at(-1)} ${args.join(" ")}`);
  const options = { args, cwd, stdin: "null", stdout: "inherit", stderr: "inherit" } as const;
  const { code } = await new Deno.Command(program, options).output();
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} exited with code ${code}`);
}
