# Node.js, the libraries that it is linked with, and the program: no shell, no package manager, nobody's password.
# docker build --build-arg REVISION="$(git rev-parse HEAD)" --tag huaweicloud-backup-exporter .
ARG NODE_VERSION=24.21.0
FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Without its script the package "node" brings no second Node.js.
RUN npm ci --ignore-scripts
COPY rolldown.config.ts LICENSE ./
COPY scripts/bundled-packages.ts ./scripts/
COPY src ./src
ARG REVISION=unknown
RUN REVISION="${REVISION}" npm run build
# Scanners find the libraries in the status of their packages. The links of Debian's merged /usr would be directories.
RUN set -eu; \
  mkdir -p /image/app /image/etc /image/tmp /image/usr/local/bin /image/usr/share/doc /image/var/lib/dpkg/status.d; \
  cp -R dist/. LICENSE /image/app/; \
  sed -i '1s|.*|#!/usr/local/bin/node|' /image/app/main.js; \
  ln -s /app/main.js /image/usr/local/bin/huaweicloud-backup-exporter; \
  cp /usr/local/bin/node /image/usr/local/bin/; \
  for library in $(ldd /usr/local/bin/node | grep -o '/[^ ]*'); do \
    mkdir -p "/image$(dirname "$library")"; \
    cp --dereference "$library" "/image$library"; \
    package=$(dpkg-query --search "$(readlink -f "$library")" "$library" "/usr$library" 2>/dev/null | sed -n '1s/[:,].*//p'); \
    dpkg-query --status "$package" > "/image/var/lib/dpkg/status.d/$package"; \
    mkdir -p "/image/usr/share/doc/$package"; \
    cp "/usr/share/doc/$package/copyright" "/image/usr/share/doc/$package/"; \
  done; \
  cp --dereference /etc/os-release /image/etc/; \
  echo 'hosts: files dns' > /image/etc/nsswitch.conf; \
  echo 'exporter:x:65532:65532::/:/sbin/nologin' > /image/etc/passwd; \
  echo 'exporter:x:65532:' > /image/etc/group; \
  mkdir -p /state/huaweicloud-backup-exporter

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
COPY --from=build /image /
# For --state.file: a volume that is made here belongs to the user below.
COPY --from=build --chown=65532:65532 /state /var/lib
ENV PATH=/usr/local/bin NODE_ENV=production
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 10045
ENTRYPOINT ["/usr/local/bin/huaweicloud-backup-exporter"]
