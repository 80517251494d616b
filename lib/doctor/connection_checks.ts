// The way to the server, one step at a time: name, connection, TLS, HTTP.

import { isLoopback, proxyFor } from "../transport/mod.ts";
import { type Check, failed, ok, type Subject, warning } from "./finding.ts";

/** The steps of the way to the server, in their order. */
export const connectionChecks: readonly Check[] = [
  {
    name: "proxy",
    needs: [],
    run: ({ config }) => {
      const server = config.trackingUri;
      const proxy = server === null ? null : proxyFor(server, config.proxies);
      const isSet = config.proxies.http !== null || config.proxies.https !== null;
      const why = isSet ? "none for this server" : "none set";
      return Promise.resolve(ok(proxy === null ? why : `${proxy.protocol}//${proxy.host}`));
    },
  },
  {
    name: "dns",
    needs: ["proxy"],
    run: async ({ transport }) => ok((await transport.steps.lookUp()).join(", ")),
  },
  {
    name: "tcp",
    needs: ["dns"],
    run: async ({ transport }) => ok(`connected to ${await transport.steps.connect()}`),
  },
  {
    name: "tls",
    needs: ["tcp"],
    run: checkTls,
  },
  {
    name: "http",
    needs: ["tls"],
    run: async ({ http }) => {
      const reply = await http.probe({ method: "GET", path: "/health", repeatable: true });
      if (reply.status === 200) return ok("/health answers");
      if (reply.status === 401 || reply.status === 403) {
        return warning(`/health answers ${reply.status}`, "see the check of credentials");
      }
      if ([404, 405, 501].includes(reply.status)) {
        return warning(
          `the server answers, and has no /health (${reply.status})`,
          "nothing, for a service that speaks MLflow's protocol; else check MLFLOW_TRACKING_URI",
        );
      }
      const location = reply.headers["location"];
      const target = location === undefined ? null : URL.parse(location)?.origin;
      return failed(
        `/health answers ${reply.status}` + (target ? `, a redirect to ${target}` : ""),
        "check MLFLOW_TRACKING_URI, its path included: this is not MLflow, or a proxy before it",
      );
    },
  },
];

async function checkTls({ config, transport }: Subject): Promise<ReturnType<typeof ok>> {
  const server = config.trackingUri;
  const protocol = await transport.steps.greet();
  if (server?.protocol === "https:") {
    if (!config.tls.insecure) return ok(`${protocol || "TLS"}, certificate accepted`);
    return warning(
      `${protocol || "TLS"}, but the certificate is not checked`,
      "set MLFLOW_TRACKING_SERVER_CERT_PATH instead of MLFLOW_TRACKING_INSECURE_TLS",
    );
  }
  if (server === null || isLoopback(server.hostname)) return ok("not used on this machine");
  return warning("plain http: others on the way can read everything", "serve MLflow by https");
}
