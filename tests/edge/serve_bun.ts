import worker from "./worker.ts";

/** The part of Bun that is used. */
declare const Bun: {
  serve(options: { port: number; hostname: string; fetch: (request: Request) => Promise<Response> }): {
    url: URL;
  };
};

const { url } = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => worker.fetch(request) });
console.log(`Listening on ${url.href}`);
