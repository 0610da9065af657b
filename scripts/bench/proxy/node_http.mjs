/** A forwarding proxy by `node:http`, of the obvious kind: listens on a free port, which it prints. */
import { Agent, createServer, request } from "node:http";
import { pipeline } from "node:stream";

const agent = new Agent({ keepAlive: true });
const server = createServer((client, answer) => {
  const { method, url, headers } = client;
  const upstream = request(url, { method, headers, agent }, (response) => {
    answer.writeHead(response.statusCode, response.headers);
    pipeline(response, answer, () => {});
  });
  upstream.on("error", () => answer.writeHead(502).end());
  pipeline(client, upstream, () => {});
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
