"""JavaRosa, the reference engine of XLSForm, as a process that plays forms by our commands.

It is inside the `ODK_Validate.jar` of the pyxform wheel; `Interviewer.java` is compiled once into `build/`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyxform
from pyxform.xls2xform import convert

from dialogues.checker import for_pyxform

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "javarosa"
JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"


def is_here() -> bool:
    """Whether Java and its compiler are on this machine."""
    return shutil.which("java") is not None and shutil.which("javac") is not None


@cache
def compiled() -> Path:
    """The folder of the compiled driver; compiled again when its source is newer."""
    source, target = HERE / "Interviewer.java", BUILD / "Interviewer.class"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(parents=True, exist_ok=True)
        command = ["javac", "-nowarn", "-cp", str(JAR), "-d", str(BUILD), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    return BUILD


def as_xform(rows: dict[str, list[dict[str, str]]]) -> str:
    """The form as pyxform converts it for JavaRosa."""
    return str(convert(xlsform=for_pyxform(rows), validate=False, form_name="data").xform)


class JavaRosa:
    """One process that plays one form at a time: `with JavaRosa() as java: java.load(path)`."""

    def __enter__(self) -> Self:
        classpath = f"{JAR}:{compiled()}"
        self._process = subprocess.Popen(
            ["java", "-Xss4m", "-Xmx1g", "-cp", classpath, "Interviewer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.terminate()
        self._process.wait(timeout=20)

    def play(self, command: str, text: str = "") -> Any:
        """One command, and what JavaRosa answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = f"{command} {text}".rstrip(" ") if not text else f"{command} {text}".replace("\n", "\\n")
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def load(self, xform: str, path: Path) -> bool:
        """Begin a form, by its XForm; `path` is a file to hand it over in. False when JavaRosa cannot play it."""
        path.write_text(xform, "utf-8")
        answer = self.play("load", str(path))
        if "Error evaluating" in answer.get("error", ""):
            return False
        assert "error" not in answer, answer
        return True
