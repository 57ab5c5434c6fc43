"""What Python reads in a package, as the runtimes that install packages read it.

Archives come on standard input, each after its length (four bytes, big-endian); a line of JSON answers each. The
first line says who answers. Ends when its input does.
"""

import hashlib
import io
import json
import math
import os
import platform
import shutil
import struct
import sys
import tempfile
import zipfile

import yaml

MANIFEST = "agent.yaml"
MEMORY = "/dev/shm"


def digest(content):
    return hashlib.sha256(content).hexdigest()


def told(value):
    """A value as JSON that keeps apart what Python keeps apart, and the order of a map."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list):
        return {"list": [told(item) for item in value]}
    if isinstance(value, dict):
        return {"map": [[told(key), told(item)] for key, item in value.items()]}
    return {"other": repr(value)}


def listed(archive):
    """By the directory, each with the content that is found under its description."""
    return [
        {"name": info.filename, "isFolder": info.is_dir(), "size": info.file_size, "sha256": digest(archive.read(info))}
        for info in archive.infolist()
    ]


def unpacked(folder):
    """What lies on the disk in the end: files with their digests, folders with a slash."""
    found = {}
    for path, folders, files in os.walk(folder):
        for name in folders:
            found[os.path.relpath(os.path.join(path, name), folder) + "/"] = ""
        for name in files:
            with open(os.path.join(path, name), "rb") as file:
                found[os.path.relpath(os.path.join(path, name), folder)] = digest(file.read())
    return found


def manifest_in(folder):
    path = os.path.join(folder, MANIFEST)
    if not os.path.isfile(path):
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return told(yaml.safe_load(file))
    except Exception as problem:
        return {"other": f"{type(problem).__name__}: {problem}"}


def read(package, place):
    """Everything below the place is new, so that what lies beside the folder afterwards came out of the archive."""
    folder = os.path.join(place, "package")
    os.mkdir(folder)
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            entries = listed(archive)
            archive.extractall(folder)
        beside = [name for name in os.listdir(place) if name != "package"]
        return {"entries": entries, "unpacked": unpacked(folder), "beside": beside, "manifest": manifest_in(folder)}
    except Exception as problem:
        return {"refused": f"{type(problem).__name__}: {problem}"}


def answer(package, shelf):
    place = tempfile.mkdtemp(dir=shelf)
    try:
        return read(package, place)
    finally:
        shutil.rmtree(place)


def main():
    print(json.dumps(f"Python {platform.python_version()}, PyYAML {yaml.__version__}"), flush=True)
    shelf = tempfile.mkdtemp(prefix="nightporter-oracle-", dir=MEMORY if os.path.isdir(MEMORY) else None)
    try:
        while header := sys.stdin.buffer.read(4):
            (length,) = struct.unpack(">I", header)
            package = sys.stdin.buffer.read(length)
            print(json.dumps(answer(package, shelf), allow_nan=False), flush=True)
    finally:
        shutil.rmtree(shelf)


main()
