"""The rules of docs/ARCHITECTURE.md that are about more than imports: every file is read with `ast`, nothing is imported.

The walls, which are about imports alone, are held by `lint-imports` (pyproject.toml, tests/test_walls.py). Each check here
takes one file (its path and its text) and returns what is wrong with it, as "path:line: sentence". The tests run a check
over the product, and `BREACHES` shows for each check that it can fail.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("config", "operations", "tracker", "clinical", "accounts")
NOT_OURS = {".venv", ".git", "node_modules", "var", "migrations", "__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache"}

Check = Callable[[str, str], list[str]]

WRITERS = ("accounts/actions/", "accounts/trail/audit.py", "tracker/actions/")
WRITING = {
    "save",
    "asave",
    "delete",
    "adelete",
    "create",
    "acreate",
    "bulk_create",
    "abulk_create",
    "bulk_update",
    "abulk_update",
    "get_or_create",
    "aget_or_create",
    "update_or_create",
    "aupdate_or_create",
    "update",
    "aupdate",
}
DOCUMENTED_MODULES = """
    django.apps django.conf django.contrib.auth django.contrib.auth.backends django.contrib.auth.base_user
    django.contrib.auth.decorators django.contrib.auth.forms django.contrib.auth.hashers django.contrib.auth.models
    django.contrib.auth.password_validation django.contrib.auth.views django.contrib.messages
    django.contrib.sessions.backends.db django.contrib.sessions.models django.contrib.staticfiles.finders
    django.core.cache django.core.checks django.core.exceptions django.core.files.uploadhandler django.core.management
    django.core.management.base django.core.signing django.core.validators django.core.wsgi django.db django.db.migrations
    django.db.migrations.operations.base django.db.models django.db.models.fields.json django.db.models.functions
    django.forms django.forms.models django.forms.widgets django.http django.middleware.csrf django.middleware.gzip
    django.shortcuts django.template django.template.loader django.urls django.utils.crypto django.utils.dateparse
    django.utils.decorators django.utils.formats django.utils.functional django.utils.html django.utils.http
    django.utils.safestring django.utils.text django.utils.timezone django.utils.translation
    django.views.decorators.cache django.views.decorators.csrf django.views.decorators.gzip
    django.views.decorators.http django.views.decorators.vary
"""
"""Modules that Django's documentation tells people to import from. Signals have a check of their own."""

UNDOCUMENTED = {
    "django.db.backends.base.base.BaseDatabaseWrapper": "the type of a connection, for annotations",
    "django.db.migrations.executor.MigrationExecutor": "which steps a database still needs; no documented way tells it as data",
    "django.db.migrations.loader.MigrationLoader": "which steps this version has; no documented way tells it as data",
}
DOCUMENTED_UNDERSCORES = {"_meta", "_default_manager", "_base_manager", "_state"}
OF_THE_COMPILER = {"get_compiler", "klass_info", "get_related_populators"}
"""Ways to the makers of SQL behind a query set that have no underscore to warn of them."""

VAGUE = {"core", "common", "utils", "util", "helpers", "helper", "misc", "base", "services", "managers"}
LONGEST_VIEW = 30


# Reading files ----------------------------------------------------------------------------------------------


def files(*suffixes: str, under: tuple[str, ...] = (".",)) -> Iterator[tuple[str, str]]:
    """Path and text of every file of ours with one of these endings."""
    for folder in under:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and not NOT_OURS & set(path.relative_to(ROOT).parts):
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def imports(tree: ast.AST, path: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a file imports; `from a import b` gives a.b."""
    package = path.removesuffix(".py").removesuffix("/__init__").split("/")
    if not path.endswith("__init__.py"):
        package = package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (start, node.module) if part)
            for name in node.names:
                yield node.lineno, f"{module}.{name.name}"


def all_problems(check: Check, *suffixes: str, under: tuple[str, ...] = (".",)) -> list[str]:
    return [problem for path, text in files(*suffixes, under=under) for problem in check(path, text)]


# The checks -------------------------------------------------------------------------------------------------


FINDS_ITS_MODULES = {
    ("clinical/rules/__init__.py", "importlib.import_module"),
    ("clinical/rules/__init__.py", "pkgutil.iter_modules"),
}
"""The package of the rules imports whatever stands in it, so that a new rule is one file and no entry in a list."""


def clinical_opens_no_file_and_looks_at_no_clock(path: str, source: str) -> list[str]:
    """No file but in the library, no clock; that it never uses Django is a wall."""
    tree = ast.parse(source)
    found = []
    if path != "clinical/library.py":
        for line, name in imports(tree, path):
            if (path, name) in FINDS_ITS_MODULES:
                continue
            if name.split(".")[0] in {
                "io",
                "os",
                "pathlib",
                "shutil",
                "glob",
                "importlib",
                "pkgutil",
                "sqlite3",
                "socket",
                "urllib",
            }:
                found.append(f"{path}:{line}: only clinical/library.py opens files, so {name} has no place here")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if re.search(r"(^|\.)(now|utcnow|today|time_ns|monotonic|perf_counter|localtime|gmtime)$|(^|\.)time\.time$", called):
            found.append(f"{path}:{node.lineno}: {called}() looks at the clock; `now` is an argument")
        opens = called == "open" or re.search(r"\.(open|read_text|read_bytes|write_text|write_bytes|glob|rglob|iterdir)$", called)
        if opens and path != "clinical/library.py":
            found.append(f"{path}:{node.lineno}: only clinical/library.py opens files")
    return found


def nothing_private_of_django(path: str, source: str) -> list[str]:
    """Only what Django documents: each of its releases may change the rest without a word.

    A name behind an underscore belongs to whoever wrote it, so it is used on `self` in the file that makes it, and nowhere else.
    """
    tree = ast.parse(source)
    found = [
        f"{path}:{line}: {name} is not in Django's documentation"
        for line, name in imports(tree, path)
        if name.split(".")[0] == "django" and not _documented(name)
    ]
    made = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    made |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    made |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr.startswith("__"):
            continue
        private = node.attr.startswith("_") and node.attr not in DOCUMENTED_UNDERSCORES
        own = ast.unparse(node.value) in ("self", "cls") and node.attr in made
        if node.attr in OF_THE_COMPILER or (private and not own):
            found.append(f"{path}:{node.lineno}: {ast.unparse(node)} is private to whoever made it")
    return found


def _documented(name: str) -> bool:
    """Whether a module of Django, or a name in one, is documented or has its reason in `UNDOCUMENTED`."""
    module, _, last = name.rpartition(".")
    documented = DOCUMENTED_MODULES.split()
    return name in UNDOCUMENTED or name in documented or (module in documented and not last.startswith("_"))


def views_hold_no_query_and_no_sum(path: str, source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager"):
            found.append(f"{path}:{node.lineno}: a query ({ast.unparse(node)}); it belongs behind a door (access, board, trend)")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and _counts(node):
            found.append(
                f"{path}:{node.lineno}: arithmetic ({ast.unparse(node)}); it belongs in clinical or in board, trend, words"
            )
    return found


def _counts(node: ast.BinOp | ast.AugAssign) -> bool:
    """Whether this is a sum rather than words put together (`%` and `+` on text) or tables joined (`|`)."""
    if isinstance(node.op, ast.Sub | ast.Mult | ast.Div | ast.FloorDiv | ast.Pow):
        return True
    if not isinstance(node.op, ast.Add | ast.Mod):
        return False
    sides = (node.value,) if isinstance(node, ast.AugAssign) else (node.left, node.right)
    return not any(_is_text_or_list(side) for side in sides)


def _is_text_or_list(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text_or_list(node.left) or _is_text_or_list(node.right)
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("_", "gettext", "ngettext", "str")
    return isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def views_are_short(path: str, source: str) -> list[str]:
    return [
        f"{path}:{node.lineno}: {node.name} is {length} lines long; at most {LONGEST_VIEW}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_VIEW
    ]


def only_actions_write(path: str, source: str) -> list[str]:
    if path.startswith(WRITERS):
        return []
    tree = ast.parse(source)
    found: list[str] = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, receiver = node.func.attr, node.func.value
        if name == "update" and node.args:
            continue  # a dict takes a table; a query set takes only columns by name
        to_many = (
            name in ("set", "add", "remove", "clear") and isinstance(receiver, ast.Attribute) and receiver.attr in MANY_TO_MANY
        )
        if name in WRITING or to_many:
            found.append(f"{path}:{node.lineno}: {ast.unparse(node.func)}() writes; only {', '.join(sorted(WRITERS))} do")
    return found


def no_vague_name(path: str, source: str) -> list[str]:
    stem = Path(path).stem
    return [f"{path}:1: {stem!r} says nothing about what is inside"] if stem in VAGUE else []


def no_signals(path: str, source: str) -> list[str]:
    return [
        f"{path}:{line}: {name}: signals hide what happens; call the action"
        for line, name in imports(ast.parse(source), path)
        if "signals" in name.split(".") or name.startswith("django.dispatch")
    ]


def everything_public_is_described(path: str, source: str) -> list[str]:
    """A docstring for every public class and function; types for every parameter and answer."""
    tree = ast.parse(source)
    found = []
    if source.strip() and not ast.get_docstring(tree):
        found.append(f"{path}:1: the file does not say what it is for")
    _describe(tree, path, found, inside="")
    return found


def _describe(parent: ast.Module | ast.ClassDef, path: str, found: list[str], inside: str) -> None:
    for node in parent.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Meta":
            if not ast.get_docstring(node):
                found.append(f"{path}:{node.lineno}: {inside}{node.name} has no docstring")
            _describe(node, path, found, f"{inside}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            special = node.name.startswith("__") and node.name.endswith("__")
            if node.name.startswith("_") and not special:
                continue
            if not special and not ast.get_docstring(node):
                found.append(f"{path}:{node.lineno}: {inside}{node.name} has no docstring")
            args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
            bound = isinstance(parent, ast.ClassDef) and not any(ast.unparse(d) == "staticmethod" for d in node.decorator_list)
            untyped = [arg.arg for arg in [arg for arg in args if arg][1 if bound else 0 :] if arg.annotation is None]
            found += [f"{path}:{node.lineno}: {inside}{node.name}: the parameter {name} has no type" for name in untyped]
            if node.returns is None:
                found.append(f"{path}:{node.lineno}: {inside}{node.name} does not say what it returns")


def template_tags_only_format(path: str, source: str) -> list[str]:
    tree = ast.parse(source)
    found = [
        f"{path}:{line}: {name}: template tags format, they never fetch"
        for line, name in imports(tree, path)
        if name.startswith(("django.db", "accounts", "tracker")) and name != "tracker.words.times"
    ]
    for node in ast.walk(tree):
        fetches = isinstance(node, ast.Attribute) and node.attr in (
            "objects",
            "select_related",
            "prefetch_related",
            "all",
            "exists",
        )
        if fetches:
            found.append(f"{path}:{node.lineno}: {ast.unparse(node)} fetches")
    return found


def nothing_inline(path: str, source: str) -> list[str]:
    """No script without an address, no style attribute, no handler attribute: the CSP would refuse them."""
    source = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", source)
    found = []
    for pattern, words in (
        (r"<script(?![^>]*\bsrc=)", "a script without an address"),
        (r"<style\b", "a style element"),
        (r"\sstyle\s*=", "a style attribute"),
        (r"\son[a-z]+\s*=", "an event handler"),
        (r"javascript:", "a javascript: address"),
    ):
        found += [f"{path}:{_line(source, hit)}: {words}" for hit in re.finditer(pattern, source, re.IGNORECASE)]
    return found


def nothing_from_another_host(path: str, source: str) -> list[str]:
    without_names = re.sub(r"xmlns(:\w+)?\s*=\s*([\"'])[^\"']*\2|http://www\.w3\.org/\d{4}/\w+", "", source)
    return [
        f"{path}:{_line(without_names, hit)}: {hit.group()} is another host"
        for hit in re.finditer(
            r"https?://[^\s\"'<>)]+|(?:src|href|url\()\s*=?\s*[\"']?//[^\s\"'<>)]+|@import\s+[\"']//", without_names
        )
    ]


def _line(source: str, hit: re.Match[str]) -> int:
    return source.count("\n", 0, hit.start()) + 1


def many_to_many() -> set[str]:
    """The names of the columns that are set by `.set()` and its kin."""
    found = set()
    for _path, source in files(".py", under=("accounts", "tracker/models")):
        for node in ast.walk(ast.parse(source)):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and ast.unparse(node.value.func).endswith("ManyToManyField")
            ):
                found |= {ast.unparse(target) for target in node.targets}
    return found


MANY_TO_MANY = many_to_many()


def assert_none(problems: list[str]) -> None:
    assert not problems, "\n" + "\n".join(problems)


# The product keeps to them ----------------------------------------------------------------------------------


def test_clinical_knows_neither_files_nor_the_clock():
    assert_none(all_problems(clinical_opens_no_file_and_looks_at_no_clock, ".py", under=("clinical",)))


def test_nothing_uses_what_django_keeps_to_itself():
    """`clinical` knows no Django at all."""
    assert_none(all_problems(nothing_private_of_django, ".py", under=("config", "operations", "tracker", "accounts")))


def test_every_undocumented_name_that_is_allowed_has_its_reason_and_is_still_needed():
    used = {name for path, source in files(".py", under=ROOMS) for _line_no, name in imports(ast.parse(source), path)}
    assert [name for name, reason in UNDOCUMENTED.items() if not reason or name not in used] == []


def test_views_hold_no_query_and_no_arithmetic():
    assert_none(all_problems(views_hold_no_query_and_no_sum, ".py", under=("tracker/views", "accounts/views")))


def test_no_view_is_longer_than_30_lines():
    assert_none(all_problems(views_are_short, ".py", under=("tracker/views", "accounts/views")))


def test_nothing_but_actions_and_the_audit_trail_writes():
    assert_none(all_problems(only_actions_write, ".py", under=ROOMS))


def test_every_file_says_what_it_is_for_by_its_name():
    assert_none(all_problems(no_vague_name, ".py", ".js", ".css"))


def test_nothing_happens_by_signal():
    assert_none(all_problems(no_signals, ".py", under=ROOMS))


def test_everything_public_has_a_docstring_and_types():
    assert_none(all_problems(everything_public_is_described, ".py", under=("clinical", "accounts", "tracker", "operations")))


def test_template_tags_never_touch_the_database():
    assert_none(all_problems(template_tags_only_format, ".py", under=("tracker/templatetags",)))


def test_templates_hold_no_inline_script_style_or_handler():
    assert_none(all_problems(nothing_inline, ".html", ".svg", under=("templates", "static")))


def test_templates_and_static_files_name_no_other_host():
    assert_none(
        all_problems(nothing_from_another_host, ".html", ".css", ".js", ".svg", ".webmanifest", under=("templates", "static"))
    )


# Each check can fail ----------------------------------------------------------------------------------------

BREACHES = [
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/x.py", "from datetime import datetime\nat = datetime.now()"),
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/x.py", "import datetime\nat = datetime.datetime.utcnow()"),
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/library.py", "from datetime import date\nday = date.today()"),
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/x.py", "import time\nt = time.time()"),
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/x.py", "text = open('a.toml').read()"),
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/x.py", "from pathlib import Path"),
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/rules/x.py", "from importlib import import_module"),
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/rules/__init__.py", "from importlib import resources"),
    (nothing_private_of_django, "tracker/x.py", "from django.db.models.query import ModelIterable"),
    (nothing_private_of_django, "tracker/x.py", "from django.db.models.sql import InsertQuery"),
    (nothing_private_of_django, "tracker/x.py", "import django.db.models.sql.compiler"),
    (nothing_private_of_django, "tracker/x.py", "def f():\n    from django.utils.translation import _trans"),
    (nothing_private_of_django, "tracker/x.py", "rows._iterable_class = Rows"),
    (nothing_private_of_django, "tracker/x.py", "column = Patient._meta._forward_fields_map"),
    (nothing_private_of_django, "tracker/x.py", "compiler = rows.query.get_compiler(using='default')"),
    (nothing_private_of_django, "tracker/x.py", "class Rows(QuerySet):\n    def f(self):\n        return self._fetch_all()"),
    (views_hold_no_query_and_no_sum, "tracker/views/x.py", "rows = CheckIn.objects.all()"),
    (views_hold_no_query_and_no_sum, "tracker/views/x.py", "late = (a - b) // 60"),
    (views_hold_no_query_and_no_sum, "tracker/views/x.py", "total = first + second"),
    (views_hold_no_query_and_no_sum, "tracker/views/x.py", "total += points"),
    (views_are_short, "tracker/views/x.py", "def f():\n" + "    a = 1\n" * LONGEST_VIEW),
    (only_actions_write, "tracker/views/x.py", "form.save()"),
    (only_actions_write, "tracker/reads/board/rows.py", "CheckIn.objects.filter(pk=1).update(total=3)"),
    (only_actions_write, "tracker/forms/x.py", "Draft.objects.get_or_create(pk=1)"),
    (only_actions_write, "tracker/management/demo_ward.py", "Patient.objects.bulk_create(rows)"),
    (only_actions_write, "accounts/views.py", "person.wards.set(wards)"),
    (only_actions_write, "tracker/models/stays.py", "row.delete()"),
    (no_vague_name, "tracker/utils.py", ""),
    (no_vague_name, "static/js/common.js", ""),
    (no_signals, "tracker/apps.py", "from django.db.models.signals import post_save"),
    (no_signals, "tracker/apps.py", "from django.dispatch import receiver"),
    (no_signals, "accounts/apps.py", "from allauth.account import signals"),
    (everything_public_is_described, "clinical/x.py", '"""X."""\ndef f(a: int) -> int:\n    return a'),
    (everything_public_is_described, "clinical/x.py", '"""X."""\ndef f(a) -> int:\n    """F."""'),
    (everything_public_is_described, "clinical/x.py", '"""X."""\ndef f(a: int):\n    """F."""'),
    (
        everything_public_is_described,
        "clinical/x.py",
        '"""X."""\nclass C:\n    """C."""\n    def m(self, **kw) -> int:\n        """M."""',
    ),
    (everything_public_is_described, "clinical/x.py", '"""X."""\nclass C:\n    a = 1'),
    (everything_public_is_described, "clinical/x.py", "a = 1"),
    (template_tags_only_format, "tracker/templatetags/x.py", "from tracker.models import CheckIn"),
    (template_tags_only_format, "tracker/templatetags/x.py", "def f(e):\n    return e.check_ins.all()"),
    (nothing_inline, "templates/x.html", "<script>alert(1)</script>"),
    (nothing_inline, "templates/x.html", '<p style="color:red">'),
    (nothing_inline, "templates/x.html", '<button onclick="go()">'),
    (nothing_inline, "templates/x.html", '<a href="javascript:go()">'),
    (nothing_from_another_host, "templates/x.html", '<script src="https://cdn.example.org/x.js"></script>'),
    (nothing_from_another_host, "templates/x.html", '<img src="//cdn.example.org/x.png">'),
    (nothing_from_another_host, "static/css/x.css", "a { background: url(http://example.org/x.png) }"),
]

KEPT = [
    (clinical_opens_no_file_and_looks_at_no_clock, "clinical/x.py", "from datetime import datetime, time\nnoon = time(12)"),
    (
        clinical_opens_no_file_and_looks_at_no_clock,
        "clinical/rules/__init__.py",
        "from importlib import import_module\nfrom pkgutil import iter_modules",
    ),
    (
        clinical_opens_no_file_and_looks_at_no_clock,
        "clinical/library.py",
        "from pathlib import Path\ntext = Path('x').read_text()",
    ),
    (
        nothing_private_of_django,
        "tracker/x.py",
        "from django.utils.translation import gettext as _\nx = Patient._meta.get_field('id')",
    ),
    (nothing_private_of_django, "tracker/x.py", "class A:\n    def f(self):\n        self._a = self._g()\n    def _g(self): ..."),
    (views_hold_no_query_and_no_sum, "tracker/views/x.py", "said = _('a %s') % name + ', b'\ncontext = a | b\nsaid += _('c')"),
    (views_are_short, "tracker/views/x.py", "def f():\n" + "    a = 1\n" * (LONGEST_VIEW - 1)),
    (only_actions_write, "tracker/actions/stays.py", "row.save(force_insert=True)"),
    (only_actions_write, "tracker/forms/x.py", "form.fields.update(more)\ncame_from.set('x')"),
    (no_vague_name, "tracker/reads/board/rows.py", ""),
    (
        everything_public_is_described,
        "clinical/x.py",
        '"""X."""\ndef _f(a):\n    pass\nclass C:\n    """C."""\n    def m(self) -> None:\n        """M."""',
    ),
    (nothing_inline, "templates/x.html", '<script src="/x.js"></script><p class="on">{{ data|json_script:"d" }}</p>'),
    (nothing_inline, "templates/x.html", "{% if one == here %}<p>{% endif %}"),
    (nothing_from_another_host, "static/icon.svg", '<svg xmlns="http://www.w3.org/2000/svg">'),
]


def _names(cases: list[tuple[Check, str, str]]) -> list[str]:
    return [f"{check.__name__} {number}" for number, (check, _, _) in enumerate(cases)]


@pytest.mark.parametrize(("check", "path", "source"), BREACHES, ids=_names(BREACHES))
def test_a_breach_is_noticed(check, path, source):
    assert check(path, source) != []


@pytest.mark.parametrize(("check", "path", "source"), KEPT, ids=_names(KEPT))
def test_what_keeps_to_the_rule_is_let_be(check, path, source):
    assert check(path, source) == []


def test_every_check_has_shown_that_it_can_fail():
    checks = {
        clinical_opens_no_file_and_looks_at_no_clock,
        nothing_private_of_django,
        views_hold_no_query_and_no_sum,
        views_are_short,
        only_actions_write,
        no_vague_name,
        no_signals,
        everything_public_is_described,
        template_tags_only_format,
        nothing_inline,
        nothing_from_another_host,
    }
    assert {check for check, _, _ in BREACHES} == checks
