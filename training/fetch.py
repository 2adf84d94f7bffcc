"""Fetches the -sources.jar files that sources.tsv lists, with Maven, into build/jars."""

import argparse
import csv
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LICENCES = {"Apache-2.0", "MIT"}
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


def manifest(path):
    """The libraries of the manifest: dictionaries of group, artifact, version, licence, split."""
    columns = ["group", "artifact", "version", "licence", "split"]
    with open(path, newline="", encoding="utf-8") as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
        libraries = [dict(zip(columns, row, strict=True)) for row in rows]
    for library in libraries:
        if library["licence"] not in LICENCES:
            sys.exit(f"licence must be one of {sorted(LICENCES)}: {library}")
        if library["split"] not in ("train", "held-out"):
            sys.exit(f"split must be train or held-out: {library}")
    return libraries


def jar_name(library):
    return f"{library['artifact']}-{library['version']}-sources.jar"


def pom(libraries, folder):
    items = "".join(
        f"<artifactItem><groupId>{x['group']}</groupId><artifactId>{x['artifact']}</artifactId>"
        f"<version>{x['version']}</version><classifier>sources</classifier></artifactItem>"
        for x in libraries
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>updraft</groupId><artifactId>training-sources</artifactId><version>1</version><packaging>pom</packaging>"
        "<build><plugins><plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>"
        f"<configuration><outputDirectory>{folder}</outputDirectory><artifactItems>{items}</artifactItems></configuration>"
        "</plugin></plugins></build></project>"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", type=pathlib.Path, default=HERE / "sources.tsv")
    parser.add_argument("--build", type=pathlib.Path, default=HERE / "build", help="where data and checkpoints go")
    args = parser.parse_args()
    jars = args.build.resolve() / "jars"
    jars.mkdir(parents=True, exist_ok=True)
    missing = [x for x in manifest(args.manifest) if not (jars / jar_name(x)).exists()]
    if missing:
        project = args.build / "sources-pom.xml"
        project.write_text(pom(missing, jars), encoding="utf-8")
        subprocess.run(["mvn", "-q", "-B", "-f", str(project), PLUGIN], check=True)
    print(f"{len(list(jars.glob('*.jar')))} jars in {jars}")


if __name__ == "__main__":
    main()
