# Node.js, its libraries and the program; no shell and no package manager.
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" --tag huaweicloud-backup-exporter .
ARG NODE_VERSION=24.21.0
FROM --platform=$BUILDPLATFORM node:${NODE_VERSION}-bookworm-slim AS bundle
WORKDIR /build
COPY package.json package-lock.json ./
# Without its install script the package "node" does not download a second Node.js.
RUN npm ci --ignore-scripts
COPY rolldown.config.ts ./
COPY scripts/bundled-packages.ts ./scripts/
COPY src ./src
ARG REVISION=unknown
RUN REVISION="${REVISION}" npm run build

# Nothing in the bundle depends on the platform; Node.js and its libraries do.
FROM node:${NODE_VERSION}-bookworm-slim AS root
WORKDIR /build
COPY scripts/image-root.sh LICENSE ./
COPY --from=bundle /build/dist ./dist
RUN sh image-root.sh /image && mkdir -p /state/huaweicloud-backup-exporter

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="huaweicloud-backup-exporter" \
  org.opencontainers.image.description="Prometheus exporter for the backups of Huawei Cloud services" \
  org.opencontainers.image.url="https://github.com/huaweicloud-backup-exporter/huaweicloud-backup-exporter" \
  org.opencontainers.image.source="https://github.com/huaweicloud-backup-exporter/huaweicloud-backup-exporter" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
COPY --from=root /image /
# A volume for --state.file created here belongs to the user below.
COPY --from=root --chown=65532:65532 /state /var/lib
ENV PATH=/usr/local/bin NODE_ENV=production
# A number: Kubernetes cannot verify that a name is not root.
USER 65532:65532
EXPOSE 10045
ENTRYPOINT ["/usr/local/bin/huaweicloud-backup-exporter"]
