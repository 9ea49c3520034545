# Tallyman in a container: docs/guides/deploy.md
#
#   docker build -t tallyman .
#
# Written for any builder, BuildKit or not. On a machine without a registry:
#
#   sh scripts/image-base.sh | docker import - tallyman-base
#   npx -y pnpm@12 image:tree
#   docker build -t tallyman --build-arg NODE_IMAGE=tallyman-base --build-arg TREE=prepared .
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS tree
# What a builder other than BuildKit leaves of this stage: docker image prune --filter label=build.tallyman.stage=tree
LABEL build.tallyman.stage=tree
# built: from the sources, with packages from the registry. prepared: .image, as `pnpm image:tree` has made it.
ARG TREE=built
WORKDIR /src
COPY . .
RUN case "$TREE" in \
      built) CI=true npx -y pnpm@12 image:tree ;; \
      prepared) test -d .image || { echo 'There is no .image here; make it: npx -y pnpm@12 image:tree' >&2; exit 1; } ;; \
      *) echo "TREE is built or prepared, not $TREE" >&2; exit 1 ;; \
    esac && mv .image /tallyman

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title=Tallyman \
      org.opencontainers.image.description="Delivers the logs, stats and events of every container to pluggable sinks" \
      org.opencontainers.image.licenses=MIT \
      org.opencontainers.image.version=${VERSION} \
      org.opencontainers.image.revision=${REVISION} \
      tallyman.agent=true
# Numbers, because the base may have no useradd; the user's are those of packages/agent/bin/container.js.
RUN echo 'tallyman:x:10000:10000:Tallyman:/var/lib/tallyman:/usr/sbin/nologin' >>/etc/passwd \
 && echo 'tallyman:x:10000:' >>/etc/group \
 && mkdir -p /etc/tallyman/sinks /var/lib/tallyman \
 && chown 10000:10000 /var/lib/tallyman && chmod 0700 /var/lib/tallyman \
 && ln -s /opt/tallyman/bin/container.js /usr/local/bin/tallyman
# With it `npm install SINK` there takes the agent's own SDK for the peer dependency of the sink, and none from the registry.
RUN echo '{ "private": true, "dependencies": { "@tallyman/sdk": "file:/opt/tallyman/node_modules/@tallyman/sdk" } }' \
      >/etc/tallyman/sinks/package.json
COPY --from=tree /tallyman /opt/tallyman
ENV NODE_ENV=production
VOLUME /var/lib/tallyman
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["tallyman", "health"]
# Root only until it has joined the group of the engine's socket: packages/agent/src/container/unprivileged.ts
ENTRYPOINT ["tallyman"]
