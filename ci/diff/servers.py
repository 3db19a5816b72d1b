"""The reference server and the mock catalog, started."""

import json
import os

from processes import Server, free_port


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {k.lower(): v for k, v in headers}
        self.body = body
        self.json = None
        try:
            self.json = json.loads(body)
        except ValueError:
            pass

    def error(self):
        e = self.json.get("error") if isinstance(self.json, dict) else None
        return e if isinstance(e, dict) else {}


def start(name, command, env, warehouse, port, folder):
    server = Server(name, command, env, folder, port, "/v1/config", Answer)
    server.warehouse = warehouse  # where its tables are
    return server


def start_reference(jars, folder):
    port = free_port()
    warehouse = f"{folder}/reference-warehouse"
    os.makedirs(warehouse, exist_ok=True)
    env = {
        "CATALOG_REST_PORT": str(port),
        "CATALOG_WAREHOUSE": f"file://{warehouse}",
        "CATALOG_URI": "jdbc:sqlite::memory:",
        "CATALOG_CLIENTS": "1",
        "CATALOG_JDBC_STRICT__MODE": "true",
    }
    command = ["java", "-Xmx1g", "-cp", f"{jars}/*",
               "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
               "org.apache.iceberg.rest.RESTCatalogServer"]
    return start("reference", command, env, warehouse, port, folder)


def start_mock(program, options, folder):
    port = free_port()
    warehouse = f"{folder}/mock-warehouse"
    os.makedirs(warehouse, exist_ok=True)
    command = [program, "--catalog-port", str(port), "--s3-port", "0",
               "--admin-port", "0", "--file-root", folder,
               "--warehouse", f"file://{warehouse}",
               "--catalog-options", json.dumps(options)]
    return start("mock", command, {}, warehouse, port, folder)
