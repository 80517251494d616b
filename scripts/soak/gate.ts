// A door before a server: open, it passes bytes on; shut, nothing listens at its address and every
// connection is cut, which is what a server that goes away looks like from outside.

import { connect, createServer, type Server, type Socket } from "node:net";

export interface Gate {
  readonly uri: string;
  open(): Promise<void>;
  shut(): Promise<void>;
}

/** A gate before a port of this machine, open at first. */
export async function openGate(targetPort: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  let server: Server | null = null;
  let port = 0;
  const open = async (): Promise<void> => {
    if (server !== null) return;
    const listener = createServer((near) => {
      const far = connect(targetPort, "127.0.0.1");
      keep(near, far);
      keep(far, near);
      near.pipe(far);
      far.pipe(near);
    });
    await new Promise<void>((resolve, reject) => {
      listener.on("error", reject);
      listener.listen(port, "127.0.0.1", resolve);
    });
    const address = listener.address();
    if (address !== null && typeof address === "object") port = address.port;
    server = listener;
  };
  const shut = async (): Promise<void> => {
    const listener = server;
    server = null;
    if (listener === null) return;
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await open();
  return { uri: `http://127.0.0.1:${port}`, open, shut };
}
