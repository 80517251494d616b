// The certificates and keys that the settings name, read from PEM files. The parts are picked out,
// because one file may hold certificate and key, in either order, with text around them.

import { hostProblem, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { readSmall } from "../small_file.ts";

/** What the settings say about TLS. */
export interface TlsOptions {
  /** Certificates (PEM) that the server's must descend from; null: the system's. */
  readonly caFile: string | null;
  /** Certificate and key (PEM) to show to the server; null for none. */
  readonly clientCertFile: string | null;
  /** True when the server's certificate is not checked. */
  readonly insecure: boolean;
}

/** The same, read. */
export interface TlsSecrets {
  /** False when the server's certificate is not checked. */
  readonly rejectUnauthorized: boolean;
  /** Certificates (PEM); the system's when absent. */
  readonly ca?: string[];
  /** Certificates (PEM) to show to the server, in the order of their file. */
  readonly cert?: string;
  /** The client's private key (PEM). */
  readonly key?: string;
}

/**
 * Reads the certificates and the key that the settings name.
 *
 * @throws {UsageError} naming the file and the setting.
 */
export async function readTlsFiles(
  io: Pick<Io, "files">,
  options: TlsOptions,
): Promise<TlsSecrets> {
  const read = async (name: string, file: string): Promise<string> => {
    try {
      return new TextDecoder().decode(await readSmall(io.files, file));
    } catch (cause) {
      const why = hostProblem(cause, "reading");
      throw new UsageError(`Cannot read ${file}, named by ${name}: ${why}`, { cause });
    }
  };
  const secrets: { -readonly [Key in keyof TlsSecrets]: TlsSecrets[Key] } = {
    rejectUnauthorized: !options.insecure,
  };
  if (options.caFile !== null) {
    const ca = await read("MLFLOW_TRACKING_SERVER_CERT_PATH", options.caFile);
    secrets.ca = certificates(ca, "MLFLOW_TRACKING_SERVER_CERT_PATH", options.caFile);
  }
  if (options.clientCertFile !== null) {
    const name = "MLFLOW_TRACKING_CLIENT_CERT_PATH";
    const pem = await read(name, options.clientCertFile);
    secrets.cert = certificates(pem, name, options.clientCertFile).join("\n");
    const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(
      pem,
    );
    if (key === null) {
      throw new UsageError(
        `Cannot use ${options.clientCertFile}, named by ${name}: no private key`,
      );
    }
    secrets.key = key[0];
  }
  return secrets;
}

function certificates(pem: string, name: string, file: string): string[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (found === null) {
    throw new UsageError(`Cannot use ${file}, named by ${name}: it holds no certificate (PEM)`);
  }
  return found;
}
