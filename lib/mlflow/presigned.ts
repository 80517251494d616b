// Artifacts of a server that takes and gives none itself (MLflow from 3.18 on with
// --artifacts-presigned-only): it hands out signed addresses of its storage, an upload's in parts.
// Written after MLflow 3.18.0's sources: server/handlers.py, store/artifact/http_artifact_repo.py.

import { TrackerError } from "../errors.ts";
import { API } from "./calls.ts";
import type { Http } from "./http.ts";
import { PRESIGNED_ONLY_CODE } from "./refusal.ts";
import { ShapeError } from "./schema.ts";
import type { SignedAddress, SignedTransfers } from "./signed_transfer.ts";

const SERVICE = "/api/2.0/mlflow-artifacts";
/** As MLflow's own client cuts uploads; S3 takes no smaller ones than half of it but the last. */
const PART_BYTES = 10 * 1024 * 1024;

/** A file below the server's artifact service. */
export interface ServedFile {
  /** The folder that it is in, as a part of a URL. */
  readonly folder: string;
  readonly name: string;
}

/** Uploads a file in parts, of which there is one at least; a file that is there is replaced. */
export async function uploadSigned(
  http: Http,
  transfers: SignedTransfers,
  { folder, name }: ServedFile,
  content: Uint8Array,
): Promise<void> {
  const call = <Value>(
    what: "create" | "complete" | "abort",
    body: unknown,
    read: (json: unknown) => Value,
  ): Promise<Value> =>
    http.json({
      method: "POST",
      path: `${SERVICE}/mpu/${what}/${folder}`,
      body,
      // A second upload of the same file would be left lying unfinished in the storage.
      repeatable: false,
    }, read);
  const count = Math.max(1, Math.ceil(content.length / PART_BYTES));
  const upload = await offered(() =>
    call("create", { path: name, num_parts: count }, (json) => readUpload(json, count))
  );
  const id = upload.id === null ? {} : { upload_id: upload.id };
  try {
    for (const { address } of upload.parts) transfers.check("PUT", address);
    const parts: unknown[] = [];
    for (const { number, address } of upload.parts) {
      const from = (number - 1) * PART_BYTES;
      const etag = await transfers.put(address, content.subarray(from, from + PART_BYTES));
      parts.push({ part_number: number, etag, url: address.url.href });
    }
    await call("complete", { path: name, ...id, parts }, () => undefined);
  } catch (error) {
    // What is lost is some storage until it is cleaned up, and the first error says more.
    await call("abort", { path: name, ...id }, () => undefined).catch(() => {});
    throw error;
  }
}

/**
 * Uploads a file of a run whose artifacts are in a storage of which the server only hands out
 * addresses. False where it has none to hand out: an old server, or one without access itself.
 */
export async function uploadOfRun(
  http: Http,
  transfers: SignedTransfers,
  { runId, path }: { readonly runId: string; readonly path: string },
  content: Uint8Array,
): Promise<boolean> {
  let address: SignedAddress;
  try {
    address = await http.json({
      method: "POST",
      path: `${API}/artifacts/presigned-upload-url`,
      body: { run_id: runId, path },
      // Asking twice does no harm, but a server that cannot will not be able to a moment later.
      repeatable: false,
      changes: false,
    }, (json) => readAddress(json, "presigned_url", "it"));
  } catch (error) {
    if (!(error instanceof TrackerError) || !NO_ADDRESS.has(error.status)) throw error;
    return false;
  }
  await transfers.put(address, content);
  return true;
}

/** How servers say that they have no address to give; 500: one without the storage's library. */
const NO_ADDRESS: ReadonlySet<number> = new Set([400, 404, 405, 500, 501]);

/** A file that the server's artifact service has. */
export async function* downloadServed(
  http: Http,
  transfers: SignedTransfers,
  { folder, name }: ServedFile,
): AsyncGenerator<Uint8Array> {
  const path = `${SERVICE}/presigned/${folder}/${encodeURIComponent(name)}`;
  const download = await offered(() =>
    http.json(
      { method: "GET", path, repeatable: true },
      (json) => readDownload(json, "url"),
    )
  );
  yield* checkedDownload(transfers, download);
}

/** A file of a run whose artifacts are in a storage of which the server only hands out addresses. */
export async function* downloadOfRun(
  http: Http,
  transfers: SignedTransfers,
  runId: string,
  path: string,
): AsyncGenerator<Uint8Array> {
  const download = await offered(() =>
    http.json({
      method: "POST",
      path: `${API}/artifacts/presigned-download-url`,
      body: { run_id: runId, path },
      repeatable: true,
      changes: false,
    }, (json) => readDownload(json, "presigned_url"))
  );
  yield* checkedDownload(transfers, download);
}

interface Download {
  readonly address: SignedAddress;
  readonly size: number | null;
}

async function* checkedDownload(
  transfers: SignedTransfers,
  { address, size }: Download,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const part of transfers.get(address)) {
    length += part.length;
    yield part;
  }
  if (size === null || size === length) return;
  throw new TrackerError("GET", address.url.origin + address.url.pathname, {
    status: 200,
    code: "BAD_REPLY",
    message: `the storage sent ${length} bytes, and the server says that there are ${size}`,
  });
}

/** A server that refuses its own way and whose storage has no other leaves none. */
async function offered<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof TrackerError) || ![404, 405, 501].includes(error.status)) throw error;
    // "Not found" may be said of the file, too.
    if (error.code === "RESOURCE_DOES_NOT_EXIST") throw error;
    throw new TrackerError(error.method, error.url, {
      status: 403,
      code: PRESIGNED_ONLY_CODE,
      message: "the server takes and gives artifacts by signed addresses of its storage alone, " +
        "and has none to give for this",
      cause: error,
    });
  }
}

interface Upload {
  readonly id: string | null;
  readonly parts: readonly { readonly number: number; readonly address: SignedAddress }[];
}

/** `mpu/create`: an address for each part, from 1 on. */
function readUpload(json: unknown, count: number): Upload {
  const { upload_id: id, credentials } = fieldsOf(json, "it");
  if (!Array.isArray(credentials)) throw new ShapeError("the field credentials is no list");
  const parts = credentials.map((one: unknown, index) => {
    const place = `credentials[${index}]`;
    return {
      number: Number(fieldsOf(one, place).part_number),
      address: readAddress(one, "url", place),
    };
  }).sort((left, right) => left.number - right.number);
  if (parts.length !== count || parts.some(({ number }, index) => number !== index + 1)) {
    throw new ShapeError(`the field credentials has not the ${count} parts asked for`);
  }
  return { id: typeof id === "string" && id !== "" ? id : null, parts };
}

function readDownload(json: unknown, field: "url" | "presigned_url"): Download {
  const size = Number(fieldsOf(json, "it").file_size ?? NaN);
  return {
    address: readAddress(json, field, "it"),
    size: Number.isSafeInteger(size) && size >= 0 ? size : null,
  };
}

/** Nothing of the address is shown, whatever is wrong with it. */
function readAddress(json: unknown, field: string, place: string): SignedAddress {
  const fields = fieldsOf(json, place);
  const text = fields[field];
  const url = typeof text === "string" ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== "") {
    throw new ShapeError(`the field ${field} of ${place} is no address of a storage service`);
  }
  const headers = fieldsOf(fields.headers ?? {}, `the headers of ${place}`);
  const isHeader = ([name, value]: readonly [string, unknown]): boolean =>
    /^[\w-]+$/.test(name) && typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
  if (!Object.entries(headers).every(isHeader)) {
    throw new ShapeError(`the headers of ${place} are none`);
  }
  return { url, headers: headers as Readonly<Record<string, string>> };
}

function fieldsOf(json: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return json as Readonly<Record<string, unknown>>;
  }
  throw new ShapeError(`${place} is no object`);
}
