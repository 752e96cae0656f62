import subprocess
import sys

import pytest
from typer.testing import CliRunner

import denghuo
from denghuo.project.cli import app

RUNNER = CliRunner()


def test_the_version_is_printed():
    result = RUNNER.invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output.strip() == denghuo.__version__


@pytest.mark.parametrize(
    "command",
    ["quote", "demo", "serve", "worker", "setup", "doctor", "import", "bill", "bill run", "staff create"],
)
def test_every_command_explains_itself(command):
    result = RUNNER.invoke(app, [*command.split(), "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage" in result.output


@pytest.mark.parametrize("wrong", [["no-such-command"], ["demo", "--customers", "many"], ["bill", "run"]])
def test_bad_input_exits_with_2(wrong):
    assert RUNNER.invoke(app, wrong).exit_code == 2


def test_a_quote_never_loads_django():
    program = "import sys; from denghuo.project.cli import app; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
