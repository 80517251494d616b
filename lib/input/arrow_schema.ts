// The time zones of a Parquet file's columns. Parquet itself only says that a time is an instant; the
// zone stands in the Arrow schema that pyarrow and polars put beside it: a FlatBuffers message
// (format/Schema.fbs of Apache Arrow), of which these few fields are read.

import { Buffer } from "node:buffer";

const TIMESTAMP_TYPE = 10;
const MESSAGE_HEADER = 2;
const SCHEMA_FIELDS = 1;
const FIELD_NAME = 0;
const FIELD_TYPE_KIND = 2;
const FIELD_TYPE = 3;
const TIMESTAMP_ZONE = 1;

/** Zones by column, from the base64 text under the key `ARROW:schema`; empty when it is not understood. */
export function arrowZones(base64: string): ReadonlyMap<string, string> {
  const zones = new Map<string, string>();
  try {
    const bytes = Buffer.from(base64, "base64");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const start = view.getUint32(0, true) === 0xffffffff ? 8 : 4;
    const message = start + view.getUint32(start, true);
    const fields = pointer(view, pointer(view, message, MESSAGE_HEADER), SCHEMA_FIELDS);
    const count = view.getUint32(fields, true);
    for (let index = 0; index < count; index++) {
      const at = fields + 4 + 4 * index;
      const field = at + view.getUint32(at, true);
      const kind = slot(view, field, FIELD_TYPE_KIND);
      if (kind === 0 || view.getUint8(kind) !== TIMESTAMP_TYPE) continue;
      const timestamp = pointer(view, field, FIELD_TYPE);
      if (slot(view, timestamp, TIMESTAMP_ZONE) === 0) continue;
      const zone = text(view, pointer(view, timestamp, TIMESTAMP_ZONE));
      zones.set(text(view, pointer(view, field, FIELD_NAME)), zone);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return zones;
}

/** Where a field of a table stands; 0 when it is absent. */
function slot(view: DataView, table: number, field: number): number {
  const layout = table - view.getInt32(table, true);
  const at = 4 + 2 * field;
  if (at >= view.getUint16(layout, true)) return 0;
  const offset = view.getUint16(layout + at, true);
  return offset === 0 ? 0 : table + offset;
}

/** What a field that holds an offset points to. */
function pointer(view: DataView, table: number, field: number): number {
  const at = slot(view, table, field);
  if (at === 0) throw new RangeError("The schema lacks a field");
  return at + view.getUint32(at, true);
}

function text(view: DataView, at: number): string {
  const length = view.getUint32(at, true);
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, length));
}
