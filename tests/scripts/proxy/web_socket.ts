import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** Answers a handshake of WebSocket, greets in the same segment, and sends everything back, unmasked. Short texts only. */
export function echoWebSocket(request: IncomingMessage, socket: Socket, head: Uint8Array): void {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n\x81\x05hello`,
    "latin1",
  );
  let buffered: number[] = [];
  const take = (bytes: Uint8Array) => {
    buffered.push(...bytes);
    for (;;) {
      const [opcode = 0, length = 0] = buffered;
      const end = 6 + (length & 127);
      if (buffered.length < 2 || buffered.length < end) return;
      const mask = buffered.slice(2, 6);
      const text = buffered.slice(6, end).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
      socket.write(Uint8Array.of(opcode, text.length, ...text));
      if ((opcode & 15) === 8) socket.end();
      buffered = buffered.slice(end);
    }
  };
  take(head);
  socket.on("data", take);
  socket.on("error", () => socket.destroy());
}

/** The head of a request to change to WebSocket. */
export function upgradeRequest(target: string, host: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

/** A frame of text, masked with zeros. */
export function textFrame(text: string): string {
  return `\x81${String.fromCharCode(128 + text.length)}\0\0\0\0${text}`;
}
