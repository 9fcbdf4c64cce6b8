FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY rolldown.config.ts ./
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim
ARG REVISION=unknown
ENV NODE_ENV=production HUAWEICLOUD_BACKUP_EXPORTER_REVISION=${REVISION}
WORKDIR /app
COPY --from=build /app/dist ./dist
USER node
EXPOSE 10045
# Another port or TLS needs a health check of its own.
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch('http://127.0.0.1:10045/-/healthy').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
