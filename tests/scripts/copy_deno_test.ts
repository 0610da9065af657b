import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { appears, ended, inDirectory, list, pattern, run, shell, start, withServer } from "./copy/program.ts";

const SIZE = 300_001;
const SUMMARY = /^\S+ \S+( \([\d,]+ bytes\))? in \S+ \S+, \S+ \S+\/s, via \w+$/;

/** Answers every PUT with what `received` keeps of it. */
function receiver(received: Uint8Array[]): Deno.ServeHandler {
  return async (request) => {
    received.push(await request.bytes());
    return new Response(null, { status: 201 });
  };
}

/** A body that sends one chunk and then nothing. */
function stalled(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(pattern(1000)) });
}

describe("deno task copy SRC DST", () => {
  it("copies a file and says how much, how fast and by which path", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(SIZE));
      const { code, stdout, said } = await run(`${directory}/src`, `${directory}/dst`);
      assertEquals({ code, stdout, lines: said.length }, { code: 0, stdout: "", lines: 1 });
      assertMatch(said[0] ?? "", SUMMARY);
      assertMatch(said[0] ?? "", /^293 KiB \(300,001 bytes\) in .* via (kernel|buffer)$/);
      assertEquals(await Deno.readFile(`${directory}/dst`), pattern(SIZE));
      assertEquals(list(directory), ["dst", "src"]);
    }));

  it("copies an empty file", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(0));
      const { code, said } = await run(`${directory}/src`, `${directory}/dst`);
      assertEquals({ code, lines: said.length }, { code: 0, lines: 1 });
      assertEquals(await Deno.readFile(`${directory}/dst`), pattern(0));
    }));

  it("copies from standard input to standard output", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(SIZE));
      const { code, said } = await shell("cat src | $COPY - - | cmp - src", directory);
      assertEquals({ code, lines: said.length }, { code: 0, lines: 1 });
    }));

  it("fetches a URL and sends to a URL", () =>
    inDirectory(async (directory) => {
      const received: Uint8Array[] = [];
      const receive = receiver(received);
      await withServer(
        (request, info) => request.method === "PUT" ? receive(request, info) : new Response(pattern(SIZE)),
        async (url) => {
          const fetched = await run(url, `${directory}/dst`);
          assertEquals(fetched.code, 0);
          assertMatch(fetched.said.join(), /via byob$/);
          assertEquals(await Deno.readFile(`${directory}/dst`), pattern(SIZE));

          const sent = await run(`${directory}/dst`, url);
          assertEquals(sent.code, 0);
          assertMatch(sent.said.join(), /via chunks$/);

          const passedOn = await run(url, url);
          assertEquals(passedOn.code, 0);
          assertMatch(passedOn.said.join(), SUMMARY);
        },
      );
      assertEquals(received, [pattern(SIZE), pattern(SIZE)]);
    }));

  it("fetches a body of no bytes", () =>
    inDirectory((directory) =>
      withServer(() => new Response(null, { status: 204 }), async (url) => {
        assertEquals((await run(url, `${directory}/dst`)).code, 0);
        assertEquals(await Deno.readFile(`${directory}/dst`), pattern(0));
      })
    ));

  for (
    const [limit, size] of [["0", 0], ["1", 1], ["64KiB", 65536], ["100KB", 100_000], ["1GiB", SIZE]] as const
  ) {
    it(`copies ${size} of ${SIZE} bytes with --limit ${limit}, from a file and from a URL`, () =>
      inDirectory((directory) =>
        withServer(() => new Response(pattern(SIZE)), async (url) => {
          await Deno.writeFile(`${directory}/src`, pattern(SIZE));
          for (const src of [`${directory}/src`, url]) {
            assertEquals((await run(src, `${directory}/dst`, "--limit", limit)).code, 0);
            assertEquals(await Deno.readFile(`${directory}/dst`), pattern(SIZE).slice(0, size));
          }
        })
      ));
  }

  for (const via of ["buffer", "byob", "chunks", "pipeTo"]) {
    it(`copies no faster than --rate says, via ${via}`, () =>
      inDirectory(async (directory) => {
        await Deno.writeFile(`${directory}/src`, pattern(SIZE));
        const start = performance.now();
        const args = [
          `${directory}/src`,
          `${directory}/dst`,
          "--rate",
          "400KB",
          "--limit",
          "200000",
          "--via",
          via,
        ];
        const { code, said } = await run(...args);
        // A sixteenth of a second's worth may pass at once.
        const least = (200_000 - 400_000 / 16) / 400_000 * 1000;
        assert(performance.now() - start >= least);
        assertEquals(code, 0);
        assertMatch(said.join(), new RegExp(` via ${via}$`));
        assertEquals(await Deno.readFile(`${directory}/dst`), pattern(SIZE).slice(0, 200_000));
      }));

    it(`goes via ${via} where that is demanded, between files and between URLs`, () =>
      inDirectory(async (directory) => {
        const received: Uint8Array[] = [];
        const receive = receiver(received);
        await Deno.writeFile(`${directory}/src`, pattern(SIZE));
        await withServer(
          (request, info) => request.method === "PUT" ? receive(request, info) : new Response(pattern(SIZE)),
          async (url) => {
            for (const [src, dst] of [[`${directory}/src`, `${directory}/dst`], [url, url]] as const) {
              for (const limit of [[], ["--limit", "200000"]]) {
                const { code, said } = await run(src, dst, "--via", via, "--buffer", "10KiB", ...limit);
                assertEquals({ code, lines: said.length }, { code: 0, lines: 1 });
                assertMatch(said.join(), new RegExp(` via ${via}$`));
              }
            }
          },
        );
        assertEquals(await Deno.readFile(`${directory}/dst`), pattern(SIZE).slice(0, 200_000));
        assertEquals(received, [pattern(SIZE), pattern(SIZE).slice(0, 200_000)]);
      }));
  }

  it("leaves whole files to the kernel, and says so where it cannot serve", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(SIZE));
      const [src, dst] = [`${directory}/src`, `${directory}/dst`];
      const whole = await run(src, dst, "--via", "kernel");
      if (Deno.build.os === "linux") assertMatch(whole.said.join(), / via kernel$/);
      const part = await run(src, dst, "--via", "kernel", "--limit", "10");
      assertEquals(part.code, 1);
      assertMatch(part.said.join(), /^Cannot copy via kernel: /);
      assertEquals(await Deno.readFile(dst), pattern(SIZE));
    }));

  it("replaces a file at once, through a link, and keeps its mode", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(SIZE), { mode: 0o644 });
      await Deno.writeFile(`${directory}/old`, pattern(9), { mode: 0o600 });
      await Deno.symlink("old", `${directory}/link`);
      assertEquals((await run(`${directory}/src`, `${directory}/link`)).code, 0);
      assertEquals((await Deno.stat(`${directory}/old`)).mode! & 0o777, 0o600); // Deno on Linux: there is a mode
      assertEquals(await Deno.readFile(`${directory}/old`), pattern(SIZE));
      assert((await Deno.lstat(`${directory}/link`)).isSymlink);
    }));

  it("gives a new file the mode of its source", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(9), { mode: 0o700 });
      assertEquals((await run(`${directory}/src`, `${directory}/dst`)).code, 0);
      assertEquals((await Deno.stat(`${directory}/dst`)).mode! & 0o777, 0o700); // Deno on Linux: there is a mode
    }));

  it("writes named pipes and devices directly", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(SIZE));
      const { code, said } = await shell(
        "mkfifo pipe && { cmp pipe src & $COPY src pipe && wait $! && test -p pipe && $COPY src /dev/null; }",
        directory,
      );
      assertEquals({ code, lines: said.length }, { code: 0, lines: 2 });
      assertEquals(list(directory), ["pipe", "src"]);
    }));

  it("ends quietly when nobody reads its output any more", () =>
    inDirectory(async (directory) => {
      const { code, stdout, said } = await shell(
        "{ $COPY /dev/zero -; echo $? > code; } | head -c 1 | wc -c",
        directory,
      );
      assertEquals({ code, stdout: stdout.trim(), said }, { code: 0, stdout: "1", said: [] });
      assertEquals(await Deno.readTextFile(`${directory}/code`), "0\n");
    }));

  it("prints its help", async () => {
    const { code, stdout, said } = await run("--help");
    assertEquals({ code, said }, { code: 0, said: [] });
    assertStringIncludes(
      stdout,
      "deno task copy SRC DST [--limit SIZE] [--rate SIZE] [--buffer SIZE] [--via PATH]",
    );
  });
});

describe("deno task copy, when it cannot", () => {
  for (
    const [args, complaint] of [
      [["src"], "Cannot copy without both SRC and DST; see --help"],
      [["src", "dst", "more"], "Cannot copy 3 things: expected SRC and DST; see --help"],
      [["src", ""], "Cannot copy from or to an empty name; see --help"],
      [["--limit", "1MiB"], "Cannot copy without both SRC and DST; see --help"],
      [["src", "dst", "--nope"], "Unknown option '--nope'; see --help"],
      [["src", "dst", "--limit"], "Option '--limit <value>' argument missing; see --help"],
      [
        ["src", "dst", "--limit", "5x"],
        'Cannot use "5x" for --limit: expected a size such as 4096 or 10MiB; see --help',
      ],
      [
        ["src", "dst", "--rate", "0"],
        'Cannot use "0" for --rate: expected at least 1 byte a second; see --help',
      ],
      [["src", "dst", "--buffer", "0"], 'Cannot use "0" for --buffer: expected 1 byte to 1 GiB; see --help'],
      [
        ["src", "dst", "--buffer", "2GiB"],
        'Cannot use "2GiB" for --buffer: expected 1 byte to 1 GiB; see --help',
      ],
      [
        ["src", "dst", "--via", "air"],
        'Cannot use "air" for --via: expected one of buffer, byob, chunks, kernel, pipeTo, writeTo, readFrom; see --help',
      ],
      [["-", "dst", "--via", "writeTo"], "Cannot copy via writeTo: the source has no such method"],
      [["src", "-", "--via", "readFrom"], "Cannot copy via readFrom: the destination has no such method"],
      [["missing", "dst"], "Cannot read missing: No such file or directory"],
      [["directory", "dst"], "Cannot read directory: it is a directory"],
      [["src", "directory"], "Cannot write directory: it is a directory"],
      [["src", "missing/dst"], "Cannot write missing/dst: No such file or directory"],
      [["src", "missing/"], "Cannot write missing/: there is no such directory"],
      [["src", "dangling"], "Cannot write dangling: it is a link to a file that is not there"],
      [["src", "src"], "Cannot copy src to src: they are the same file"],
      [["src", "./directory/../src"], "Cannot copy src to ./directory/../src: they are the same file"],
      [["link", "src"], "Cannot copy link to src: they are the same file"],
      [["src", "hard"], "Cannot copy src to hard: they are the same file"],
      [["src", "/dev/full"], "Cannot write /dev/full: No space left on device"],
      [["ftp://127.0.0.1/", "dst"], "Cannot use ftp://127.0.0.1/: only http and https URLs are served"],
      [["http://", "dst"], "Cannot use http://: it is no valid URL"],
    ] as const
  ) {
    it(`says one line and fails: copy ${args.join(" ")}`, () =>
      inDirectory(async (directory) => {
        await Deno.writeFile(`${directory}/src`, pattern(SIZE));
        await Deno.mkdir(`${directory}/directory`);
        await Deno.symlink("src", `${directory}/link`);
        await Deno.symlink("gone", `${directory}/dangling`);
        await Deno.link(`${directory}/src`, `${directory}/hard`);
        const before = list(directory);
        const { code, stdout, said } = await ended(start([...args], { cwd: directory }));
        assertEquals({ code, stdout, said }, { code: 1, stdout: "", said: [complaint] });
        assertEquals(list(directory), before);
        assertEquals(await Deno.readFile(`${directory}/src`), pattern(SIZE));
      }));
  }

  it("refuses to append a file to itself through standard output", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(9));
      const { code, said } = await shell("$COPY src - >> src", directory);
      assertEquals({ code, said }, { code: 1, said: ["Cannot copy src to -: they are the same file"] });
      assertEquals(await Deno.readFile(`${directory}/src`), pattern(9));
    }));

  it("leaves nothing on a disk that is full", () =>
    inDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/old`, "old");
      // 40 MB, not less: Deno writes files of its own.
      const { code, stdout, said } = await shell(
        "ulimit -f 80000; $COPY /dev/zero old --limit 100MiB; echo $?",
        directory,
      );
      assertEquals({ code, stdout, said }, {
        code: 0,
        stdout: "1\n",
        said: ["Cannot write old: File too large"],
      });
      assertEquals(list(directory), ["old"]);
      assertEquals(await Deno.readTextFile(`${directory}/old`), "old");
    }));

  it("says that a connection was refused, of either side", () =>
    inDirectory(async (directory) => {
      const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
      const url = `http://127.0.0.1:${listener.addr.port}/`;
      listener.close();
      await Deno.writeFile(`${directory}/src`, pattern(SIZE));
      const fetched = await run(url, `${directory}/dst`);
      assertEquals(fetched, { code: 1, stdout: "", said: [`Cannot fetch ${url}: Connection refused`] });
      for (const limit of [[], ["--limit", "0"]]) {
        const { code, said } = await run(`${directory}/src`, url, ...limit);
        assertEquals({ code, lines: said.length }, { code: 1, lines: 1 });
        assertMatch(said.join(), /^Cannot (write|PUT) http:\S+: Connection refused$/);
      }
      assertEquals(list(directory), ["src"]);
    }));

  it("shows no password of a URL", async () => {
    const { said } = await run("http://someone:secret@127.0.0.1:1/", "dst");
    assertMatch(said.join(), /^Cannot fetch http:\/\/127\.0\.0\.1:1\/: /);
  });

  for (const status of [404, 500, 308]) {
    it(`says that the server answered ${status}, to a GET and to a PUT, large or small`, () =>
      inDirectory((directory) =>
        withServer(() => new Response("no", { status, headers: { location: "/" } }), async (url) => {
          if (status !== 308) {
            const fetched = await run(url, `${directory}/dst`);
            assertEquals({ code: fetched.code, lines: fetched.said.length }, { code: 1, lines: 1 });
            assertMatch(
              fetched.said.join(),
              new RegExp(`^Cannot fetch http:\\S+: the server answered ${status} `),
            );
          }
          await Deno.writeFile(`${directory}/src`, pattern(9));
          for (const src of [`${directory}/src`, "/dev/zero"]) {
            const sent = await run(src, url);
            assertEquals({ code: sent.code, lines: sent.said.length }, { code: 1, lines: 1 });
            assertMatch(
              sent.said.join(),
              new RegExp(`^Cannot \\w+ http:\\S+: the server answered ${status} `),
            );
          }
          assertEquals(list(directory), ["src"]);
        })
      ));
  }

  it("keeps the old file when the source breaks off", () =>
    inDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/old`, "old");
      const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
      const served = serveOnce(listener, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
      const { code, said } = await run(`http://127.0.0.1:${listener.addr.port}/`, `${directory}/old`);
      await served;
      assertEquals({ code, lines: said.length }, { code: 1, lines: 1 });
      assertMatch(said.join(), /^Cannot read http:\S+: \S/);
      assertEquals(list(directory), ["old"]);
      assertEquals(await Deno.readTextFile(`${directory}/old`), "old");
    }));

  it("says so when the server hangs up on a PUT", async () => {
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const served = serveOnce(listener, "");
    const { code, said } = await run("/dev/zero", `http://127.0.0.1:${listener.addr.port}/`);
    await served;
    assertEquals({ code, lines: said.length }, { code: 1, lines: 1 });
    assertMatch(said.join(), /^Cannot write http:\S+: \S/);
  });

  it("does not complete a PUT whose source breaks off", () =>
    inDirectory(async (directory) => {
      const begun = Promise.withResolvers<void>();
      const sent = Promise.withResolvers<string>();
      const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
      const head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc";
      const served = serveOnce(listener, head, begun.promise);
      await withServer(async (request) => {
        begun.resolve();
        sent.resolve(await request.text().then(() => "complete", () => "broken off"));
        return new Response();
      }, async (url) => {
        const { code, said } = await run(`http://127.0.0.1:${listener.addr.port}/`, url);
        assertEquals({ code, lines: said.length }, { code: 1, lines: 1 });
        assertMatch(said.join(), /^Cannot read http:\S+: \S/);
        assertEquals(await sent.promise, "broken off");
      });
      await served;
      assertEquals(list(directory), []);
    }));
});

/** Answers one request with these bytes and hangs up when it is time. */
async function serveOnce(listener: Deno.Listener, answer: string, time?: Promise<void>): Promise<void> {
  using connection = await listener.accept();
  listener.close();
  await connection.read(new Uint8Array(1024));
  await connection.write(new TextEncoder().encode(answer));
  await time;
}

describe("deno task copy, when it is interrupted", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`removes what it has written on ${signal}`, () =>
      inDirectory((directory) =>
        withServer(() => new Response(stalled()), async (url) => {
          await Deno.writeTextFile(`${directory}/old`, "old");
          using watcher = Deno.watchFs(directory);
          const child = start([url, `${directory}/old`]);
          await appears(watcher, (path) => path.endsWith(".part"));
          child.kill(signal);
          const { code, stdout, said } = await ended(child);
          assertEquals({ code, stdout, lines: said.length }, { code: 130, stdout: "", lines: 1 });
          assertMatch(said.join(), /^Interrupted( after \d+ B)?$/);
          assertEquals(list(directory), ["old"]);
          assertEquals(await Deno.readTextFile(`${directory}/old`), "old");
        })
      ));
  }

  it("says how much was written, also while a read of standard input is pending", async () => {
    const child = start(["-", "-"], { stdin: "piped" });
    const input = child.stdin.getWriter();
    const output = child.stdout.getReader();
    for (let round = 0; round < 2; round++) {
      await input.write(pattern(2048));
      for (let n = 0; n < 2048;) n += (await output.read()).value?.byteLength ?? 0;
    }
    output.releaseLock();
    child.kill("SIGINT");
    const { code, said } = await ended(child);
    await input.close().catch(() => {});
    // That the last write is done may be news to the program still; the one before it is not.
    assertEquals({ code, lines: said.length }, { code: 130, lines: 1 });
    assertMatch(said.join(), /^Interrupted after [24] KiB$/);
  });

  it("does not wait until the next byte may pass", () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(SIZE));
      const child = start([`${directory}/src`, "-", "--rate", "1"]);
      const output = child.stdout.getReader();
      assertEquals((await output.read()).value?.byteLength, 1);
      output.releaseLock();
      child.kill("SIGINT");
      const { code, said } = await ended(child);
      assertEquals({ code, lines: said.length }, { code: 130, lines: 1 });
      assertMatch(said.join(), /^Interrupted after \d B$/);
    }));

  it("waits for no server", async () => {
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await withServer(async () => {
      asked.resolve();
      await release.promise;
      return new Response();
    }, async (url) => {
      const child = start([url, "dst"]);
      await asked.promise;
      child.kill("SIGINT");
      assertEquals(await ended(child), { code: 130, stdout: "", said: ["Interrupted"] });
      release.resolve();
    });
  });

  it("breaks off a PUT", async () => {
    const begun = Promise.withResolvers<void>();
    const sent = Promise.withResolvers<string>();
    await withServer(async (request) => {
      begun.resolve();
      sent.resolve(await request.text().then(() => "complete", () => "broken off"));
      return new Response();
    }, async (url) => {
      const child = start(["-", url], { stdin: "piped" });
      await begun.promise;
      child.kill("SIGINT");
      const { code, said } = await ended(child);
      await child.stdin.close().catch(() => {});
      assertEquals({ code, lines: said.length }, { code: 130, lines: 1 });
      assertEquals(await sent.promise, "broken off");
    });
  });

  it("does not wait for a server that takes no more of a PUT", async () => {
    using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const child = start(["/dev/zero", `http://127.0.0.1:${listener.addr.port}/`]);
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1024));
    child.kill("SIGINT");
    const { code, said } = await ended(child);
    assertEquals({ code, lines: said.length }, { code: 130, lines: 1 });
    assertMatch(said.join(), /^Interrupted after \d/);
  });
});

describe("deno task copy, without arguments", () => {
  it("copies a sample by every path, prints a table and cleans up", () =>
    inDirectory(async (directory) => {
      const { code, stdout, said } = await ended(start([], { env: { TMPDIR: directory, NO_COLOR: "1" } }));
      assertEquals({ code, said }, { code: 0, said: [] });
      for (const path of ["buffer", "byob", "chunks", "pipeTo", "writeTo", "readFrom"]) {
        assertMatch(stdout, new RegExp(`^${path} .* same$`, "m"));
      }
      assertEquals(list(directory), []);
    }));

  it("cleans up when it is interrupted", () =>
    inDirectory(async (directory) => {
      using watcher = Deno.watchFs(directory);
      const child = start([], { env: { TMPDIR: directory, NO_COLOR: "1" } });
      await appears(watcher, (path) => path.includes("sluice-"));
      child.kill("SIGINT");
      assertEquals(await ended(child), { code: 130, stdout: "", said: ["Interrupted"] });
      assertEquals(list(directory), []);
    }));
});

describe("deno task copy, on a terminal", () => {
  const ignore =
    new Deno.Command("sh", { args: ["-c", "command -v script"], stdout: "null" }).outputSync().code !== 0;

  it("shows a progress bar and takes it away at the end", { ignore }, () =>
    inDirectory(async (directory) => {
      await Deno.writeFile(`${directory}/src`, pattern(SIZE));
      const { code, stdout } = await shell(
        'script -qec "stty cols 80; $COPY src dst" /dev/null < /dev/null',
        directory,
      );
      assertEquals(code, 0);
      // Drawn once or more often, then cleared, then the summary.
      const lines = stdout.split("\x1b[K");
      assertMatch(lines[0] ?? "", /^\r +0% {2}\[-+\] +0 B of 293 KiB +0 B\/s +-:-- left$/);
      assertEquals(lines.at(-2), "\r");
      assertMatch((lines.at(-1) ?? "").trim(), SUMMARY);
    }));
});
