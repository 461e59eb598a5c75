# One image for every part of Accord: the same `crm` command runs the worker, the beat and the migrations.
FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/accord
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY crm crm
COPY campaigns campaigns
COPY workers workers
COPY templates templates
# PostgreSQL and Redis run in containers of their own; the pages and the signing of letters run in this one.
RUN /opt/accord/bin/pip install --constraint constraints.txt ".[dkim,web]"

FROM python:3.12-slim
ENV PATH=/opt/accord/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# A volume that is mounted on the inbox for the first time takes over its owner.
RUN useradd --uid 10001 --create-home --home-dir /var/lib/accord --shell /usr/sbin/nologin accord \
 && install --directory --owner accord --group accord --mode 0700 /var/lib/accord/inbox
COPY --from=build /opt/accord /opt/accord
USER 10001:10001
WORKDIR /var/lib/accord
ENTRYPOINT ["crm"]
CMD ["--help"]
