// Where a redirect may lead, and what is said of one that is not followed: without a network.

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import { redirectedPath, type RedirectedRequest } from "../../lib/mlflow/redirects.ts";

const GET: RedirectedRequest = {
  method: "GET",
  url: "http://server/mlflow/api/runs/get",
  origin: "http://server",
  call: "/api/runs/get",
  path: "/mlflow/api/runs/get?run_id=7",
  auth: null,
};

function said(location: string, request: Partial<RedirectedRequest> = {}): string {
  const follow = (): unknown => redirectedPath({ ...GET, ...request }, 302, location);
  return assertThrows(follow, TrackerError).reason;
}

Deno.test("a question goes where the server's own redirect leads, with its query", () => {
  assertEquals(redirectedPath(GET, 302, "/other?a=b#c"), "/other?a=b");
  assertEquals(redirectedPath(GET, 302, "http://server/x"), "/x");
  assertEquals(redirectedPath(GET, 302, "get?run_id=8"), "/mlflow/api/runs/get?run_id=8");
});

Deno.test("what is no address, another origin, and a change go nowhere", () => {
  assertStringIncludes(said("http://[", { method: "POST" }), "no address");
  assertStringIncludes(said("http://["), "no address");
  assertStringIncludes(said("http://other/x"), "redirects to http://other, which is not followed");
  assertStringIncludes(said("/x", { method: "POST" }), "not followed for a change");
});

Deno.test("the same call elsewhere tells the address, where its path is a plain one", () => {
  const at = (place: string): string => said(`${place}/api/runs/get?run_id=secret`);
  assertStringIncludes(at("http://other/team"), "redirects to http://other/team; set");
  assertStringIncludes(at("http://other"), "redirects to http://other; set");
  for (const hidden of ["/a%20b", "/a@b", `/${"x".repeat(41)}`, "/x".repeat(9)]) {
    assertStringIncludes(at(`http://other${hidden}`), "redirects to http://other, which is not");
  }
});

Deno.test("a sign-in page is named as one, by its host or path, and what to do is by what is set", () => {
  for (const page of ["http://login.other/x", "http://other/oauth2/x", "http://other/sso"]) {
    assertStringIncludes(said(page), "to a sign-in page, which is for browsers; set MLFLOW_TRACK");
  }
  const set = said("http://login.other/x", { auth: { kind: "bearer", token: "t" } });
  assertStringIncludes(set, "does not take the credentials that are set: ask for an address");
});
