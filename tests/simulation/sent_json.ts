// What requests carry, for those who watch them and those who carry them out.

export type Body = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder();
const parsed = new WeakMap<Uint8Array, Body>();

/** What a request carries; read once, however many look at it. Nobody changes it. */
export function sentJson(body: Uint8Array): Body {
  const known = parsed.get(body);
  if (known !== undefined) return known;
  const json: Body = JSON.parse(decoder.decode(body));
  parsed.set(body, json);
  return json;
}
