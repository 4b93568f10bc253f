# ruff: noqa: N802  gRPC names the methods
"""The LanguageRuntime service for Python: what the engine asks of a language host.

Protocol: github.com/pulumi/pulumi/sdk/v3 v3.259.0, `proto/pulumi/language.proto`. Where behaviour is not in the
protocol, the vendor's `pulumi-language-python` is the measure. Generating code (`pulumi convert`, `package add`) and
packing are left to it and answered as unimplemented.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from lab.engine import _packages
from lab.engine._interpreter import Interpreter, InterpreterError, choose
from lab.engine._policy_proxy import PACK_PORT, PolicyProxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader

    from lab.engine._children import Children

_BAIL = 32  # pulumi-language-python-exec: the program failed and its message has been shown
_ANALYZER = "analyzer"
_CHUNK = 64 * 1024


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs, policy packs and plugins for one engine.

    Args:
        executor: the file `pulumi-language-python-exec`, which runs a program inside Pulumi's event loop.
        engine: the engine's address, `host:port`.
        version: the version to report.
        children: where started processes are kept.
    """

    def __init__(self, executor: Path, engine: str, version: str, children: Children) -> None:
        self._executor = executor
        self._engine = engine
        self._version = version
        self._children = children
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End everything that runs; nothing starts any more."""
        self._cancelled.set()
        self._children.end_all()

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, _context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """The engine's first call, with its address."""
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The host's version: that of the SDK it was written against."""
        return plugin_pb2.PluginInfo(version=self._version)

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """The provider plugins that the SDKs beside the program ask for."""
        plugins = self._interpreter(request.info, context).plugins()
        return language_pb2.GetRequiredPackagesResponse(packages=[_dependency(plugin) for plugin in plugins])

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end; its output goes to the engine by this process's own stdout and stderr."""
        try:
            interpreter = choose(*_options(request.info))
        except InterpreterError as error:
            return language_pb2.RunResponse(error=str(error))
        environment = interpreter.environment(os.environ)
        environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        # -u: the engine shows what a program prints when it prints it.
        command = [str(interpreter.python), "-u", str(self._executor), *self._program_arguments(request)]
        try:
            child = self._children.start(command, cwd=request.info.program_directory, env=environment)
        except InterruptedError:
            return language_pb2.RunResponse(bail=True)
        except OSError as error:
            return language_pb2.RunResponse(error=f"the program could not be started: {error}")
        if not context.add_callback(lambda: self._children.end(child)):
            self._children.end(child)  # the engine has gone already
        code = self._children.wait(child)
        if code == _BAIL or self._cancelled.is_set():
            return language_pb2.RunResponse(bail=True)
        if code < 0:
            return language_pb2.RunResponse(error=f"the program was ended by signal {-code}")
        return language_pb2.RunResponse(error=f"the program exited with code {code}" if code else "")

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack or a plugin written in Python, streaming its output, until it or the call ends."""
        interpreter = self._interpreter(request.info, context)
        ended = threading.Event()
        if not context.add_callback(ended.set):
            return
        if request.kind == _ANALYZER:
            yield from self._run_policy_pack(request, interpreter, ended)
        else:
            try:
                arguments = _plugin_arguments(Path(request.info.program_directory))
            except ValueError as error:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
            command = [str(interpreter.python), "-u", *arguments, *request.args]
            environment = interpreter.environment(_environment(request))
            yield from self._stream(command, request.pwd or None, environment, ended)

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Say that there is nothing to install: the interpreter's packages come from the project's pinned list."""
        interpreter = self._interpreter(request.info, context)
        where = interpreter.virtualenv or Path(sys.prefix)
        text = f"Nothing to install: programs run with the packages of {where}.\n"
        yield language_pb2.InstallDependenciesResponse(stdout=text.encode())

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """The Python packages beside the program; only those that no other needs, unless all are asked for."""
        installed = self._packages(request.info, context)["distributions"]
        if not request.transitiveDependencies:
            installed = _packages.direct(installed)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=one["name"], version=one["version"]) for one in installed]
        )

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Which Python runs programs."""
        interpreter = self._interpreter(request.info, context)
        version = self._packages(request.info, context)["version"]
        return language_pb2.AboutResponse(executable=str(interpreter.python), version=version)

    def RuntimeOptionsPrompts(
        self, _request: language_pb2.RuntimeOptionsRequest, _context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """Nothing to ask at `pulumi new`."""
        return language_pb2.RuntimeOptionsResponse()

    def Cancel(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """The engine wants an end."""
        self.cancel()
        return empty_pb2.Empty()

    def _program_arguments(self, request: language_pb2.RunRequest) -> list[str]:
        named = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        arguments = [part for name, value in named.items() if value for part in (f"--{name}", value)]
        return [*arguments, request.info.entry_point or ".", *request.args]

    def _run_policy_pack(
        self, request: language_pb2.RunPluginRequest, interpreter: Interpreter, ended: threading.Event
    ) -> Iterator[language_pb2.RunPluginResponse]:
        folder = request.info.program_directory
        proxy = PolicyProxy()
        try:
            yield language_pb2.RunPluginResponse(stdout=b"%d\n" % proxy.port)
            stack = proxy.await_environment(ended.is_set)
            if stack is None:
                return
            environment = interpreter.environment(_environment(request)) | stack | {PACK_PORT: str(proxy.port)}
            # The folder comes last for `pulumi.policy`, and is the working directory: so it has always been for packs.
            command = [str(interpreter.python), "-u", "-m", "pulumi.policy", *request.args, folder]
            yield from self._stream(command, folder, environment, ended, proxy)
        finally:
            proxy.close()

    def _stream(
        self,
        command: list[str],
        cwd: str | None,
        environment: dict[str, str],
        ended: threading.Event,
        proxy: PolicyProxy | None = None,
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run `command`, yielding its output and at last its exit code; a pack's first line goes to its proxy."""
        try:
            child = self._children.start(
                command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except InterruptedError:
            return
        output: queue.SimpleQueue[language_pb2.RunPluginResponse | None] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=_pump, args=(child.stdout, _stdout, output, proxy), daemon=True),
            threading.Thread(target=_pump, args=(child.stderr, _stderr, output, None), daemon=True),
            threading.Thread(target=self._end_when, args=(ended, child), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            open_streams = 2
            while open_streams:
                piece = output.get()
                if piece is None:
                    open_streams -= 1
                else:
                    yield piece
            code = self._children.wait(child)
            if proxy is not None:
                proxy.fail(f"the policy pack ended (exit code {code})")
            if not self._cancelled.is_set():
                yield language_pb2.RunPluginResponse(exitcode=code)
        finally:
            ended.set()

    def _end_when(self, ended: threading.Event, child: subprocess.Popen[bytes]) -> None:
        ended.wait()
        self._children.end(child)

    def _interpreter(self, info: language_pb2.ProgramInfo, context: grpc.ServicerContext) -> Interpreter:
        try:
            return choose(*_options(info))
        except InterpreterError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
            raise

    def _packages(self, info: language_pb2.ProgramInfo, context: grpc.ServicerContext) -> dict[str, Any]:
        try:
            return choose(*_options(info)).packages()
        except InterpreterError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
            raise


def _options(info: language_pb2.ProgramInfo) -> tuple[dict[str, Any], Path]:
    return json_format.MessageToDict(info.options), Path(info.root_directory or info.program_directory)


def _environment(request: language_pb2.RunPluginRequest) -> dict[str, str]:
    """The engine sends its whole environment; later entries win, as in Go's os/exec."""
    pairs = (entry.partition("=") for entry in request.env)
    return {name: value for name, _, value in pairs} or dict(os.environ)


def _dependency(plugin: dict[str, Any]) -> plugin_pb2.PackageDependency:
    def parameters(key: str) -> plugin_pb2.PackageParameterization | None:
        found = plugin.get(key)
        return None if found is None else json_format.ParseDict(found, plugin_pb2.PackageParameterization())

    version = plugin["version"]
    return plugin_pb2.PackageDependency(
        name=plugin["name"],
        kind="resource",
        version=version if not version or version.startswith("v") else f"v{version}",
        server=plugin.get("server", ""),
        parameterization=parameters("parameterization"),
        extension=parameters("extensionParameterization"),
    )


def _plugin_arguments(folder: Path) -> list[str]:
    """How to start the plugin in `folder`: its `__main__.py`, else the project its `pyproject.toml` names.

    Raises:
        ValueError: it has neither.
    """
    import tomllib

    if (folder / "__main__.py").is_file():
        return [str(folder)]
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
        return ["-m", "pulumi.run.plugin", project["project"]["name"]]
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"the plugin in {folder} has no __main__.py and no project named in pyproject.toml") from error


def _stdout(piece: bytes) -> language_pb2.RunPluginResponse:
    return language_pb2.RunPluginResponse(stdout=piece)


def _stderr(piece: bytes) -> language_pb2.RunPluginResponse:
    return language_pb2.RunPluginResponse(stderr=piece)


def _pump(
    stream: BufferedReader,
    message: Callable[[bytes], language_pb2.RunPluginResponse],
    output: queue.SimpleQueue[language_pb2.RunPluginResponse | None],
    proxy: PolicyProxy | None,
) -> None:
    try:
        if proxy is not None:
            line = stream.readline()
            if line.strip().isdigit():
                proxy.attach(int(line))
            elif line:
                proxy.fail(f"the policy pack printed {line[:200]!r} where its port number was expected")
                output.put(message(line))
        while piece := stream.read1(_CHUNK):
            output.put(message(piece))
    finally:
        output.put(None)
