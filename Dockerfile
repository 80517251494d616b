# btflow and nothing else: no shell, no package manager, no root. The folder it is built from is laid out
# by the release workflow: linux/amd64/btflow, linux/arm64/btflow, an empty data/.
FROM gcr.io/distroless/base-debian12:nonroot
ARG TARGETARCH
COPY --chmod=755 linux/${TARGETARCH}/btflow /usr/local/bin/btflow
COPY licenses /usr/local/share/doc/btflow
COPY --chown=65532:65532 data /data
USER 65532:65532
ENV BTFLOW_STORE=/data/store.db
VOLUME /data
WORKDIR /data
ENTRYPOINT ["/usr/local/bin/btflow"]
