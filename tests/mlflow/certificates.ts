// Certificates for tests, made by openssl when needed: an authority, a server's for localhost and
// tracking.test, and a client's in one file with its key.

import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

export interface Certificates {
  readonly folder: string;
  readonly authority: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** Certificate and key, as MLFLOW_TRACKING_CLIENT_CERT_PATH wants them. */
  readonly client: string;
  remove(): void;
}

const run = promisify(execFile);
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes a new set in a folder of its own. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-certificates-"));
  const at = (name: string): string => path.join(folder, name);
  const openssl = async (...args: readonly string[]): Promise<void> => {
    await run("openssl", [...args]);
  };
  await openssl(
    ...["req", "-x509", ...KEY, "-days", "2", "-subj", "/CN=Authority of the tests"],
    ...["-keyout", at("authority.key"), "-out", at("authority.pem")],
  );
  fs.writeFileSync(at("server.ext"), "subjectAltName=DNS:localhost,DNS:tracking.test\n");
  fs.writeFileSync(at("client.ext"), "extendedKeyUsage=clientAuth\n");
  for (const name of ["server", "client"]) {
    await openssl(
      ...["req", ...KEY, "-subj", `/CN=${name}`],
      ...["-keyout", at(`${name}.key`), "-out", at(`${name}.csr`)],
    );
    await openssl(
      ...["x509", "-req", "-in", at(`${name}.csr`), "-days", "2", "-CAcreateserial"],
      ...["-CA", at("authority.pem"), "-CAkey", at("authority.key")],
      ...["-extfile", at(`${name}.ext`), "-out", at(`${name}.pem`)],
    );
  }
  const both = fs.readFileSync(at("client.key"), "utf8") +
    fs.readFileSync(at("client.pem"), "utf8");
  fs.writeFileSync(at("both.pem"), both);
  return {
    folder,
    authority: at("authority.pem"),
    serverCertificate: at("server.pem"),
    serverKey: at("server.key"),
    client: at("both.pem"),
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
