# Builds the image of one service, from the root of the checkout:
#
#   docker build --build-arg SERVICE=scorer -t leadgen-scorer .
#
# SERVICE is gateway, upserter, enricher, scorer, odoo-sync, nightly or simulator. The gateway with the page for people:
#
#   docker build --target gateway --build-arg SERVICE=gateway -t leadgen-gateway .
#
# The operator's command, without the
# subcommands that need a checkout (demo, up, bench):
#
#   docker build --target operator -t leadgen .
#
# The simulator listens on loopback only: run it in the enricher's network namespace (docker run --network
# container:NAME, or a container of the same pod) and set SIMULATOR_PORT.
ARG PYTHON_IMAGE=python:3.11-slim
ARG NODE_IMAGE=node:22-slim

FROM ${NODE_IMAGE} AS page
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY docs/openapi.json /build/docs/openapi.json
COPY web ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS sources
RUN pip install --no-cache-dir "uv==0.13.*"
ENV UV_PROJECT_ENVIRONMENT=/app UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /build
COPY pyproject.toml uv.lock ./
COPY libs libs
COPY services services
COPY tools tools
COPY deploy/local deploy/local
COPY deploy/simulator deploy/simulator

FROM sources AS build-service
ARG SERVICE
RUN test -n "$SERVICE" || { echo "build with --build-arg SERVICE=<name>" >&2; exit 1; }
RUN uv sync --frozen --no-dev --no-editable --package "leadgen-$SERVICE" \
    && ln -s "leadgen-$SERVICE" /app/bin/service

FROM sources AS build-operator
RUN uv sync --frozen --no-dev --no-editable --package leadgen --all-extras

FROM ${PYTHON_IMAGE} AS operator
COPY --from=build-operator /app /app
COPY deploy/migrations /deploy/migrations
COPY deploy/topics.yaml /deploy/topics.yaml
ENV LEADGEN_MIGRATIONS=/deploy/migrations LEADGEN_TOPICS=/deploy/topics.yaml
USER 10001:10001
ENTRYPOINT ["/app/bin/leadgen"]

FROM ${PYTHON_IMAGE} AS service-alone
COPY --from=build-service /app /app
ENV HTTP_HOST=0.0.0.0
EXPOSE 8080
USER 10001:10001
ENTRYPOINT ["/app/bin/service"]

FROM service-alone AS gateway
COPY --from=page /build/web/dist /app/page
ENV WEB_FOLDER=/app/page

# The last target is the default one.
FROM service-alone AS service
