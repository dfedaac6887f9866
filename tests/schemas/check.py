"""Holds manifests against the schemas of Kubernetes: check.py FOLDER VERSION..."""

import pathlib
import sys

import kubernetes_validate
import yaml


def documents(folder):
    for path in sorted(pathlib.Path(folder).glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document:
                yield path.name, document


def main(folder, versions):
    checked, left_out, wrong = 0, set(), []
    for name, document in documents(folder):
        for version in versions:
            try:
                kubernetes_validate.validate(document, version, strict=True)
                checked += 1
            except kubernetes_validate.SchemaNotFoundError:
                left_out.add(f"{document['apiVersion']} {document['kind']}")
            except kubernetes_validate.ValidationError as error:
                where = ".".join(str(part) for part in error.path)
                wrong.append(f"{name}: {document['kind']} {document['metadata']['name']} ({version}): {where}: {error.message}")
    for line in wrong:
        print(line)
    print(f"{checked} checked, {len(wrong)} wrong, no schema for {', '.join(sorted(left_out)) or 'none'}")
    return 1 if wrong or not checked else 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
