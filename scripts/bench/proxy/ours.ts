/** The proxy of this repository: listens on a free port, which it prints. */
import { startProxy } from "../../proxy/proxy.ts";

console.log(startProxy({ port: 0 }).port);
