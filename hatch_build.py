"""What `pip wheel .` does besides packing Python: dependencies from requirements.in, and the files that pages are made of.

The wheel carries `config/shipped/` (see config/places.py): templates, content, the example of a .env, and the static files
as `collectstatic` leaves them, hashed and compressed, with the third-party ones that package-lock.json pins. So a site
needs neither Node nor a build of its own.
"""

import re
import runpy
import secrets
import shutil
import sys
import tempfile
from os import environ
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

SHIPPED = "config/shipped"
AS_THEY_ARE = ("templates", "content", "locale", ".env.example")


class Dependencies(MetadataHookInterface):
    """The wheel's dependencies: the lines of requirements.in, which is the only list."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what pyproject.toml calls dynamic."""
        lines = (Path(self.root) / "requirements.in").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [found for line in lines if (found := re.sub(r"#.*", "", line).strip())]


class Shipped(BuildHookInterface):
    """Templates, content and collected static files, put into the wheel."""

    def dependencies(self) -> list[str]:
        """Node as a Python package, on a machine without npm. (What Ebb runs on is asked for in pyproject.toml.)"""
        return [] if shutil.which("npm") else [runpy.run_path(f"{self.root}/scripts/assets.py")["NODE_WHEEL"]]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Collect before the wheel is packed."""
        root = Path(self.root)
        into = build_data["force_include"]
        into |= {str(root / name): f"{SHIPPED}/{name}" for name in AS_THEY_ARE if (root / name).exists()}
        self.made = Path(tempfile.mkdtemp(prefix="ebb-wheel-"))
        into[str(self.collected(root))] = f"{SHIPPED}/static"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.made, ignore_errors=True)

    def collected(self, root: Path) -> Path:
        """The folder of static files. Front-end packages are fetched beside it, never into the checkout."""
        if failed := runpy.run_path(f"{root}/scripts/assets.py")["fetch"](self.made):
            raise SystemExit(f"The front-end files could not be fetched: npm ended with {failed}.")
        sys.path.insert(0, str(root))
        environ.update(
            DJANGO_SETTINGS_MODULE="config.settings", EBB_SECRET_KEY=secrets.token_urlsafe(50), EBB_VAR_DIR=str(self.made / "var")
        )
        import django
        from django.conf import settings
        from django.core.management import call_command

        settings.NPM_ROOT_PATH = self.made
        settings.STATIC_ROOT = self.made / "static"
        django.setup()
        call_command("collectstatic", interactive=False, verbosity=0)
        return settings.STATIC_ROOT
