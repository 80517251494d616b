// A stand-in for MLflow 3.18 with --artifacts-presigned-only, written after its sources
// (server/handlers.py, server/artifact_transfer.py), and for the S3 behind it: two servers, of which
// the second knows the first's signatures and nobody's credentials.

import { createHash } from "node:crypto";

/** A request as the storage heard it. */
export interface Stored {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

export interface PresignedServer {
  readonly uri: string;
  /** Of the storage: `127.0.0.1:PORT`. */
  readonly storageHost: string;
  /** "METHOD /path" of what the tracking server was asked. */
  readonly asked: readonly string[];
  readonly stored: readonly Stored[];
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** Upload ids that were begun and neither completed nor aborted. */
  readonly open: ReadonlySet<string>;
  stop(): Promise<void>;
}

export interface PresignedOptions {
  /** Where a run's artifacts are; the server's own service unless given. */
  readonly artifactUri?: string;
  /** Answers in the storage's place, where it returns anything. */
  readonly storage?: (request: Request) => Response | undefined;
  /** Answers in the tracking server's place, where it returns anything. */
  readonly tracking?: (request: Request, path: string) => Response | undefined;
  /** What the server calls the storage, where only a proxy knows it by that name. */
  readonly storageName?: string;
  /** Bytes that the server adds to the size it tells. */
  readonly sizeOff?: number;
}

const SERVICE = "/api/2.0/mlflow-artifacts";
const ONLY = "/api/2.0/mlflow";
/** What nobody may see. */
export const SECRET: string = "c0ffee5ec2e7".repeat(4);
export const RUN_ID: string = "a".repeat(32);

export async function presignedServer(options: PresignedOptions = {}): Promise<PresignedServer> {
  const asked: string[] = [];
  const stored: Stored[] = [];
  const objects = new Map<string, Uint8Array>();
  const parts = new Map<string, Map<number, Uint8Array>>();
  const open = new Set<string>();

  const storage = serve(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    stored.push({ method: request.method, path: pathname, headers: request.headers });
    const body = new Uint8Array(await request.arrayBuffer());
    const instead = options.storage?.(request);
    if (instead !== undefined) return instead;
    if (searchParams.get("X-Amz-Signature") !== SECRET || request.headers.has("authorization")) {
      return new Response("<Error><Code>SignatureDoesNotMatch</Code></Error>", { status: 403 });
    }
    if (request.headers.get("x-amz-expected-bucket-owner") !== "42") {
      return new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 });
    }
    if (request.method === "PUT") {
      if (!searchParams.has("uploadId")) {
        if (request.headers.get("content-type") !== "text/plain") {
          return new Response("<Code>SignatureDoesNotMatch</Code>", { status: 403 });
        }
        objects.set(decodeURIComponent(pathname), body);
        return new Response(null, { headers: { etag: etagOf(body) } });
      }
      const upload = parts.get(searchParams.get("uploadId") ?? "");
      if (upload === undefined) return new Response("<Code>NoSuchUpload</Code>", { status: 404 });
      upload.set(Number(searchParams.get("partNumber")), body);
      return new Response(null, { headers: { etag: etagOf(body) } });
    }
    const object = objects.get(decodeURIComponent(pathname));
    if (object === undefined) return new Response("<Code>NoSuchKey</Code>", { status: 404 });
    return new Response(object.slice(), { headers: { "content-type": "text/html" } });
  });

  const signed = (path: string, query = ""): Readonly<Record<string, unknown>> => ({
    url:
      `http://${options.storageName ?? storage.host}${
        encodeURI(path)
      }?${query}X-Amz-Date=20260101T000000Z` +
      `&X-Amz-Signature=${SECRET}`,
    headers: { "x-amz-expected-bucket-owner": "42" },
  });
  const file = (folder: string, name: string): string => `/bucket/${folder}/${name}`;
  const upload = (what: string, folder: string, body: Readonly<Record<string, unknown>>) => {
    const key = file(folder, String(body.path));
    if (what === "create") {
      const id = `upload-${parts.size + 1}`;
      open.add(id);
      parts.set(id, new Map());
      const count = Number(body.num_parts);
      const credentials = Array.from({ length: count }, (_, index) => ({
        ...signed(key, `partNumber=${index + 1}&uploadId=${id}&`),
        part_number: index + 1,
      }));
      // In no order: numbers count.
      return Response.json({ upload_id: id, credentials: credentials.reverse() });
    }
    const id = String(body.upload_id);
    const sent = parts.get(id);
    if (sent === undefined || !open.delete(id)) return refusal(404, "RESOURCE_DOES_NOT_EXIST");
    if (what === "abort") return Response.json({});
    const named = body.parts as readonly { part_number: number; etag: string }[];
    const content: Uint8Array[] = [];
    for (const [index, { part_number: number, etag }] of named.entries()) {
      const part = sent.get(number);
      if (number !== index + 1 || part === undefined || etag !== etagOf(part)) {
        return refusal(400, "INVALID_PARAMETER_VALUE");
      }
      content.push(part);
    }
    objects.set(key, joined(content));
    return Response.json({});
  };

  const tracking = serve(async (request) => {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname);
    asked.push(`${request.method} ${url.pathname}`);
    const bytes = await request.bytes();
    const instead = options.tracking?.(request, path);
    if (instead !== undefined) return instead;
    if (path === `${ONLY}/runs/get`) return Response.json({ run: runOf(options.artifactUri) });
    if (path === `${ONLY}/artifacts/list`) {
      const files = [...objects].map(([key, { length }]) => ({
        path: key.replace(/^\/bucket\/(7\/a+\/artifacts\/)?/, ""),
        is_dir: false,
        file_size: length,
      }));
      return Response.json({ files });
    }
    if (path.startsWith(`${SERVICE}/artifacts`) || path === "/get-artifact") return presignedOnly();
    const [, what = "", folder = ""] = /\/mpu\/(create|complete|abort)\/(.*)$/.exec(path) ?? [];
    if (what !== "") return upload(what, folder, JSON.parse(new TextDecoder().decode(bytes)));
    const size = (key: string): Readonly<Record<string, unknown>> => ({
      file_size: (objects.get(key)?.length ?? 0) + (options.sizeOff ?? 0),
    });
    if (path.startsWith(`${SERVICE}/presigned/`)) {
      const key = `/bucket${path.slice(`${SERVICE}/presigned`.length)}`;
      return Response.json({ ...signed(key), ...size(key) });
    }
    if (path === `${ONLY}/artifacts/presigned-download-url`) {
      const asked = JSON.parse(new TextDecoder().decode(bytes));
      const key = `/bucket/${asked.path}`;
      const { url: presigned_url, headers } = signed(key);
      return Response.json({ presigned_url, headers, ...size(key) });
    }
    if (path === `${ONLY}/artifacts/presigned-upload-url`) {
      const asked = JSON.parse(new TextDecoder().decode(bytes));
      const { url: presigned_url, headers } = signed(`/bucket/${asked.path}`);
      const all = { ...(headers as object), "Content-Type": "text/plain" };
      return Response.json({ presigned_url, headers: all });
    }
    return refusal(404, "ENDPOINT_NOT_FOUND");
  });

  return await Promise.resolve({
    uri: `http://${tracking.host}`,
    storageHost: storage.host,
    asked,
    stored,
    objects,
    open,
    stop: async () => {
      await tracking.stop();
      await storage.stop();
    },
  });
}

function serve(handler: (request: Request) => Response | Promise<Response>): {
  readonly host: string;
  readonly stop: () => Promise<void>;
} {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return { host: `127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

function runOf(artifactUri = `mlflow-artifacts:/7/${RUN_ID}/artifacts`): unknown {
  const info = { run_id: RUN_ID, experiment_id: "7", status: "RUNNING", artifact_uri: artifactUri };
  return { info };
}

/** The words of MLflow 3.18.0, whose clients know the mode by the last field. */
function presignedOnly(): Response {
  return Response.json({
    error_code: "PERMISSION_DENIED",
    message: "This server requires artifacts to be uploaded directly to storage. Upgrade your " +
      "MLflow client to match this server (MLflow 3.18.0) or a newer version",
    artifacts_presigned_only: true,
  }, { status: 403 });
}

function refusal(status: number, code: string): Response {
  return Response.json({ error_code: code, message: code }, { status });
}

function etagOf(content: Uint8Array): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
