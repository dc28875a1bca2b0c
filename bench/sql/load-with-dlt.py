"""Loads a file of JSON lines into PostgreSQL the way dlt does it best: parsed by hand, COPY, an upsert by key.

Arguments: folder for its state, connection URL, data set, file.
"""

import json
import os
import sys

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt  # noqa: E402

folder, url, dataset, path = sys.argv[1:]


@dlt.resource(
    name="rows",
    primary_key="id",
    write_disposition={"disposition": "merge", "strategy": "upsert"},
    columns={"tags": {"data_type": "json"}},
)
def rows():
    with open(path, encoding="utf-8") as lines:
        batch = []
        for line in lines:
            batch.append(json.loads(line))
            if len(batch) == 10_000:
                yield batch
                batch = []
        if batch:
            yield batch


dlt.pipeline(
    pipeline_name=dataset,
    pipelines_dir=folder,
    destination=dlt.destinations.postgres(url),
    dataset_name=dataset,
).run(rows(), loader_file_format="csv")
