// A socket as a stream of bytes that is asked for, with a limit on how long nothing may happen. It
// knows whether a kept-alive connection can still be used: one that said anything while idle cannot.

import { type Clock, HOST_CLOCK } from "../clock.ts";
import type { ByteStream } from "./http1.ts";

/** The part of node:net's sockets that is used here. */
export interface RawSocket {
  /** True once it can no longer be used. */
  readonly destroyed: boolean;
  /** Bytes arrived. */
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  /** The other side has ended, or the socket is closed. */
  on(event: "end" | "close", listener: () => void): unknown;
  /** The connection broke. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** Stops listening for bytes. */
  off(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  /** Stops listening for the end. */
  off(event: "end" | "close", listener: () => void): unknown;
  /** Stops listening for errors. */
  off(event: "error", listener: (error: Error) => void): unknown;
  /** Told once, when the socket is closed. */
  once(event: "close", listener: () => void): unknown;
  /** Calls `done` once the bytes are with the system. */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): boolean;
  /** Lets no more bytes arrive. */
  pause(): unknown;
  /** Lets bytes arrive again. */
  resume(): unknown;
  /** True between `pause` and `resume`. */
  isPaused(): boolean;
  destroy(): unknown;
  /** TLS' version; absent without TLS. */
  getProtocol?(): string | null;
}

/** Nothing came or went for too long. */
export class Stalled extends Error {
  override readonly name: string = "Stalled";
  /** How long nothing happened. */
  readonly limitMs: number;

  /** Takes the limit that was reached. */
  constructor(limitMs: number) {
    super(`nothing happened for ${limitMs / 1000} s`);
    this.limitMs = limitMs;
  }
}

/** A socket's bytes, and whether it can be used again. */
export interface SocketStream extends ByteStream {
  /** "TLSv1.3", or "" without TLS. */
  readonly protocol: string;
  /** False once the other side has closed, failed, or sent what nobody asked for. */
  usable(): boolean;
  /** Ends it with an error, which whoever reads next is given. */
  fail(error: Error): void;
  destroy(): void;
  /** Stops listening, so that another protocol can take the socket over. */
  release(): void;
  /** Calls back once, when the socket is closed. */
  onClose(listener: () => void): void;
}

const MAX_WAITING_BYTES = 1 << 20;
const PIECE_BYTES = 256 * 1024;

/** Wraps a connected socket. */
export function byteStream(
  socket: RawSocket,
  stallMs: number,
  clock: Clock = HOST_CLOCK,
): SocketStream {
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let ended = false;
  let failure: Error | null = null;
  let lastActivity = clock.now();
  let wake: (() => void) | null = null;

  const notify = (): void => {
    lastActivity = clock.now();
    wake?.();
  };
  const onData = (chunk: Uint8Array): void => {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes > MAX_WAITING_BYTES) socket.pause();
    notify();
  };
  const onEnd = (): void => {
    ended = true;
    notify();
  };
  const onError = (error: Error): void => {
    failure ??= error;
    notify();
  };
  const stream: SocketStream = {
    protocol: socket.getProtocol?.() ?? "",
    usable: () => !ended && failure === null && waiting.length === 0 && !socket.destroyed,
    read: async () => {
      while (waiting.length === 0) {
        if (failure !== null) throw failure;
        if (ended) return null;
        await activity();
      }
      const chunk = waiting.shift() ?? null;
      waitingBytes -= chunk?.length ?? 0;
      if (waitingBytes < MAX_WAITING_BYTES && socket.isPaused()) socket.resume();
      return chunk;
    },
    unread: (bytes) => {
      waiting.unshift(bytes);
      waitingBytes += bytes.length;
    },
    write: async (bytes) => {
      for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
        await writePiece(bytes.subarray(from, from + PIECE_BYTES));
      }
    },
    fail: (error) => {
      onError(error);
      socket.destroy();
    },
    destroy: () => {
      socket.destroy();
    },
    release: () => {
      socket.off("data", onData);
      socket.off("end", onEnd);
      socket.off("close", onEnd);
      socket.off("error", onError);
      socket.pause();
    },
    onClose: (listener) => void socket.once("close", listener),
  };

  /** Resolves when something has happened, or makes the stream fail when nothing does. */
  const activity = (): Promise<void> =>
    new Promise((resolve) => {
      let disarm = (): void => {};
      const arm = (): void => {
        const leftMs = lastActivity + stallMs - clock.now();
        if (leftMs <= 0) stream.fail(new Stalled(stallMs));
        else disarm = clock.after(leftMs, arm);
      };
      wake = () => {
        disarm();
        wake = null;
        resolve();
      };
      lastActivity = clock.now();
      arm();
    });

  const writePiece = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      if (failure !== null) {
        reject(failure);
        return;
      }
      const disarm = clock.after(stallMs, () => stream.fail(new Stalled(stallMs)));
      socket.write(bytes, (error) => {
        disarm();
        lastActivity = clock.now();
        if (error) reject(failure ?? error);
        else resolve();
      });
    });

  socket.on("data", onData);
  socket.on("end", onEnd);
  socket.on("close", onEnd);
  socket.on("error", onError);
  return stream;
}
