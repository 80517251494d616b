// Takes and releases leases on one store again and again, as syncs do that start at the same moment.
// Prints what went wrong.
//
//     deno run -A lease_process.ts STORE TURNS

import { hostIo } from "../../lib/io.ts";
import { removeDeadLeases, takeLease } from "../../lib/store/lease.ts";

const [store = "", turns = "1"] = Deno.args;
const io = hostIo();
for (let turn = 0; turn < Number(turns); turn++) {
  try {
    await removeDeadLeases(io, store);
    const lease = await takeLease(io, store);
    await lease.release();
  } catch (error) {
    console.log(String(error));
  }
}
