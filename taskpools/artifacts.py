"""
Compiled contracts, kept under one digest of the sources.

What is under the digest of the sources as they are needs no further check. A change of any source gives another digest.
Contracts that the change does not reach, directly or through imports, are taken over; the others are compiled, on all
cores.

Nothing here imports titanoboa, and the compiler is imported only to compile.
"""

import fcntl
import functools
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
INSTALLED = (PACKAGE / "contracts").is_dir()
# What holds contracts/: the project's folder, or the package itself where it was installed from a wheel.
ROOT = PACKAGE if INSTALLED else PACKAGE.parent
CONTRACTS = ROOT / "contracts"
FORMAT = 1  # of an artifact's file

# name: path below contracts/
SOURCES = {
    "TaskLens": "pools/TaskLens.vy",
    "TaskPool": "pools/TaskPool.vy",
    "TaskPoolFactory": "factory/TaskPoolFactory.vy",
    "TaskPoolViewer": "router/TaskPoolViewer.vy",
    "TaskRouter": "router/TaskRouter.vy",
    "ModelRegistry": "registry/ModelRegistry.vy",
    "TaskManager": "scheduler/TaskManager.vy",
    "TaskEnvironmentProxy": "scheduler/TaskEnvironmentProxy.vy",
    "MinimalTaskEnvironment": "environments/MinimalTaskEnvironment.vy",
    "BasicTaskEnvironment": "environments/BasicTaskEnvironment.vy",
    "ReschedulingTaskEnvironment": "environments/ReschedulingTaskEnvironment.vy",
    "ValidatedTaskEnvironment": "environments/ValidatedTaskEnvironment.vy",
    "RecurringTaskEnvironment": "environments/RecurringTaskEnvironment.vy",
}

# Functions of a pool that hand on what the lens returned, as it is. The compiler takes that for bytes, and callers
# decode it.
LENS_VIEWS = ("tasks", "getAITaskData")


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _builds() -> Path:
    """
    Where compiled contracts are kept: in the project, or in the user's cache, a folder for each installed package.
    """
    if not INSTALLED:
        return ROOT / "build"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "taskpools" / sha256(str(ROOT).encode()).hexdigest()[:16]


class DoesNotCompile(Exception):
    """The compiler refuses a source; says what the compiler says."""


@dataclass
class Artifact:
    """
    A compiled contract. Stands in for the compiler's `CompilerData`: the compiler makes what is missing from the
    source.
    """

    contract_path: str
    abi: list[dict]
    creation: str  # hex, without arguments of the constructor
    runtime: str  # hex, without immutables
    storage_layout: dict
    integrity_sum: str
    made_of: dict[str, str] = field(repr=False)  # each source in it: its digest

    @property
    def name(self) -> str:
        return Path(self.contract_path).stem

    @functools.cached_property
    def bytecode(self) -> bytes:
        return bytes.fromhex(self.creation)

    @functools.cached_property
    def bytecode_runtime(self) -> bytes:
        return bytes.fromhex(self.runtime)

    @functools.cached_property
    def compiler_data(self) -> Any:
        """
        The compiler's own, made anew: settings, syntax tree, source map and all.

        Raises `DoesNotCompile` if a source has changed since the artifact was loaded.
        """
        changed = [
            path for path, digest in self.made_of.items() if (ROOT / path).is_file() and _digest(ROOT / path) != digest
        ]
        if changed:
            raise DoesNotCompile(f"{', '.join(changed)} changed since {self.name} was loaded")
        return _compiler_data(Path(self.contract_path))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.compiler_data, name)


class Store:
    """The artifacts of all sources below some folders, kept in `<name>/<digest>/`, below `build/` in a checkout."""

    def __init__(self, name: str, *folders: Path):
        self._folders = folders
        self._builds = _builds() / name
        self._loaded: dict[Path, Artifact] = {}

    @functools.cached_property
    def sources(self) -> dict[str, str]:
        """Path relative to the project: digest of the text, of every source."""
        paths = sorted(path for folder in self._folders for path in folder.rglob("*.vy*"))
        return {str(path.relative_to(ROOT)): _digest(path) for path in paths}

    @functools.cached_property
    def folder(self) -> Path:
        """Where the artifacts of the sources as they are now are kept."""
        everything = [self.sources, _surroundings(self.sources)]
        return self._builds / sha256(json.dumps(everything).encode()).hexdigest()

    def load(self, path: Path) -> Artifact:
        """The artifact of this source, compiled if need be. Raises `DoesNotCompile`."""
        if path not in self._loaded:
            file = self._file(path)
            if not file.exists():
                self.prepare([path])
            self._loaded[path] = Artifact(**json.loads(file.read_text()))
        return self._loaded[path]

    def prepare(self, paths: list[Path]) -> None:
        """
        Compile those of the sources that are not compiled yet, and say so on stderr. Raises `DoesNotCompile`.

        Several processes may do so at once: one compiles, and the others wait for it.
        """
        if not self._missing(paths):
            return
        with self._locked():
            self._take_over()
            missing = self._missing(paths)
            surroundings = _surroundings(self.sources)
            if len(missing) == 1:
                _compile(missing[0], self._file(missing[0]), surroundings)
            elif missing:
                _compile_all({path: self._file(path) for path in missing}, surroundings)
            for older in self._builds.iterdir():
                if older.is_dir() and older != self.folder:
                    shutil.rmtree(older, ignore_errors=True)

    def _file(self, path: Path) -> Path:
        return self.folder / f"{str(path.relative_to(ROOT)).replace('/', '.')}.json"

    def _missing(self, paths: list[Path]) -> list[Path]:
        return [path for path in paths if not self._file(path).exists()]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._builds.mkdir(parents=True, exist_ok=True)
        with open(self._builds.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _take_over(self) -> None:
        """Artifacts of earlier sources that are made of nothing that has changed since."""
        if self.folder.exists():
            return
        earlier = list(self._builds.glob("*/*.json"))
        self.folder.mkdir()
        current = self.sources | _surroundings(self.sources)
        for file in earlier:
            made_of = json.loads(file.read_text())["made_of"]
            if all(current.get(name) == digest for name, digest in made_of.items()):
                os.link(file, self.folder / file.name)


def _surroundings(sources: dict[str, str]) -> dict[str, str]:
    """What an artifact depends on besides texts: the compiler, the project's place, the files an import could find."""
    names = sha256(json.dumps(sorted(sources)).encode()).hexdigest()
    return {"compiler": f"{FORMAT} {version('vyper')}", "project": str(ROOT), "names": names}


contracts = Store("compiled", CONTRACTS)


def artifact(name: str) -> Artifact:
    """The compiled contract of this name; one of `SOURCES`. Raises `DoesNotCompile`."""
    found = contracts.load(CONTRACTS / SOURCES[name])
    if name == "TaskPool":
        outputs = {entry["name"]: entry["outputs"] for entry in artifact("TaskLens").abi if entry["type"] == "function"}
        for entry in found.abi:
            if entry.get("name") in LENS_VIEWS:
                entry["outputs"] = outputs[entry["name"]]
    return found


# ---------------------------------------------------------------- compiling


def _compiler_data(path: Path) -> Any:
    from vyper.cli.vyper_compile import get_search_paths
    from vyper.compiler.input_bundle import FileInput, FilesystemInputBundle
    from vyper.compiler.phases import CompilerData
    from vyper.compiler.settings import Settings

    source = FileInput(contents=path.read_text(), source_id=-1, path=path, resolved_path=path)
    return CompilerData(source, FilesystemInputBundle(get_search_paths([str(ROOT)])), Settings())


def _compile(path: Path, file: Path, surroundings: dict[str, str]) -> None:
    """Compile a source and put its artifact there, whole or not at all."""
    from vyper.compiler.output import build_abi_output
    from vyper.compiler.output_bundle import OutputBundle
    from vyper.compiler.settings import anchor_settings
    from vyper.exceptions import VyperException

    data = _compiler_data(path)
    try:
        with anchor_settings(data.settings):
            _ = data.bytecode, data.bytecode_runtime
    except VyperException as error:
        raise DoesNotCompile(f"{path.relative_to(ROOT)} does not compile:\n{error}") from error
    parts = [item.resolved_path for item in OutputBundle(data).source_codes.values()]
    with anchor_settings(data.settings):
        made = Artifact(
            contract_path=str(path),
            abi=build_abi_output(data),
            creation=data.bytecode.hex(),
            runtime=data.bytecode_runtime.hex(),
            storage_layout=data.storage_layout,
            integrity_sum=data.integrity_sum,
            made_of={str(part.relative_to(ROOT)): _digest(part) for part in parts if part.is_relative_to(ROOT)}
            | surroundings,
        )
    unfinished = file.with_suffix(f".{os.getpid()}.unfinished")
    unfinished.write_text(json.dumps(vars(made)))
    unfinished.rename(file)


def _compile_all(files: dict[Path, Path], surroundings: dict[str, str]) -> None:
    """Compile sources on all cores, the longest first, and show how far that is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    faults: list[str] = []
    for path in sorted(files, key=lambda path: -path.stat().st_size):
        waiting.put(path)
    columns = [TextColumn("compiling contracts"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, TextColumn("{task.description}"), console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=len(files))

        def work() -> None:
            command = [sys.executable, "-m", __spec__.name]
            with subprocess.Popen(
                command, cwd=PACKAGE.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as process:
                assert process.stdin is not None
                assert process.stdout is not None
                while not faults:
                    try:
                        path = waiting.get_nowait()
                    except queue.Empty:
                        break
                    process.stdin.write(json.dumps([str(path), str(files[path]), surroundings]) + "\n")
                    process.stdin.flush()
                    answer = process.stdout.readline()
                    if answer.strip() != "null":
                        faults.append(json.loads(answer) if answer else f"the compiler ended while it compiled {path}")
                    progress.update(bar, advance=1, description=path.stem)
                process.stdin.close()

        workers = [threading.Thread(target=work) for _ in range(min(os.cpu_count() or 1, len(files)))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    if faults:
        raise DoesNotCompile(faults[0])


def _serve() -> None:
    """Compile what is asked for on stdin; answer each with null, or with what is wrong."""
    for line in sys.stdin:
        path, file, surroundings = json.loads(line)
        fault = None
        try:
            _compile(Path(path), Path(file), surroundings)
        except DoesNotCompile as error:
            fault = str(error)
        print(json.dumps(fault), flush=True)


if __name__ == "__main__":
    _serve()
