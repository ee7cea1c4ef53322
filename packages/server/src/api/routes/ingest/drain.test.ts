import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { expect, it } from "vitest";
import { openRealServer } from "../../../../testing/real-server.ts";

const ROOM = 64 * 1024;
const BODY = 4 * 2 ** 20;

it("answers a sender that reads nothing before it has sent all why its body is refused", async () => {
  const server = await openRealServer({ body: { inFlightBytesMax: ROOM } });
  await server.app.listen({ host: "127.0.0.1", port: 0 });
  const key = server.key("ingest", "acme");
  const { port } = server.app.server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  const said: Buffer[] = [];
  socket.pause();
  socket.on("data", (part: Buffer) => said.push(part));
  await once(socket, "connect");
  const head = `POST /api/v1/ingest HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n`;
  socket.write(`${head}content-type: application/json\r\ncontent-length: ${BODY}\r\n\r\n`);
  for (let sent = 0; sent < BODY; sent += ROOM) {
    // A refusal in the middle that ends the connection would fail one of these.
    await new Promise<void>((next, failed) => {
      socket.write(Buffer.alloc(ROOM, 32), (error) => (error ? failed(error) : next()));
    });
  }
  socket.resume();
  await once(socket, "close");
  const reply = Buffer.concat(said).toString();
  expect(reply).toMatch(/^HTTP\/1\.1 503 /);
  expect(reply).toContain("this tenant has too many bytes in flight");
  await server.close();
});
