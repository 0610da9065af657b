/** Whether a response opens a connection for another protocol: 101, and a 2xx to CONNECT. */
export function opensTunnel(status: number, method: string): boolean {
  return status === 101 || method === "CONNECT" && status >= 200 && status < 300;
}

/** Whether a response says by its status that there is neither a body nor a framing of one. */
export function isUnframed(status: number, method: string): boolean {
  return status < 200 || status === 204 || opensTunnel(status, method);
}

/** Whether nothing follows the head of a response, whatever that says. */
export function hasNoBody(status: number, method: string): boolean {
  return method === "HEAD" || status === 304 || isUnframed(status, method);
}
