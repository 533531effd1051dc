"""The walls of docs/ARCHITECTURE.md in Python: every file is read with `ast`, nothing is imported.

Each check takes one file (its path and its text) and returns what is wrong with it, as "path:line: sentence". The
tests run a check over the product, and `BREACHES` shows for each check that it can fail.
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

MAY_USE = {
    "config": {"config", "operations", "tracker", "accounts", "clinical"},
    "operations": {"operations", "tracker", "accounts"},
    "tracker": {"tracker", "clinical", "accounts"},
    "clinical": {"clinical"},
    "accounts": {"accounts"},
}
"""config -> operations -> tracker -> clinical, accounts. A room uses itself and what stands to its right."""

TRACKER = (
    ("urls",),
    ("views", "middleware", "context", "apps", "management"),
    ("forms", "templatetags"),
    ("actions",),
    ("reads",),
    ("access", "history"),
    ("words",),
    ("content",),
    ("models",),
)
"""tracker/ from top to bottom: a file may use only rows below it, and what `IN_ITS_ROW` names. A folder is one entry."""

ACCOUNTS = (
    ("urls",),
    ("views", "middleware", "context", "apps", "management"),
    ("forms",),
    ("access",),
    ("actions", "sign_in"),
    ("trail",),
    ("requests",),
    ("models",),
    ("roles", "request_number", "secret_key", "uploads"),
)

OPERATIONS = (
    ("apps", "management"),
    ("doctor",),
    ("backups", "restores", "daily"),
    ("copies",),
    ("databases", "manifest", "keys"),
)

IN_ITS_ROW = {
    ("actions", "sign_in"): "tokens, PINs and keys are worked out before they are written down",
    ("sign_in", "actions"): "the sign-in library's adapters write by the same actions as everything else",
    ("middleware", "views"): "a refusal is answered as JSON exactly when a view would, and a wrong method with a page",
}
"""Uses inside one row that cannot be avoided, each with its reason."""

WRITERS = ("accounts/actions/", "accounts/trail/audit.py", "tracker/actions/")
WRITING = {
    "save", "asave", "delete", "adelete", "create", "acreate", "bulk_create", "abulk_create", "bulk_update", "abulk_update",
    "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create", "update", "aupdate",
}  # fmt: skip
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


def place_of(path: str) -> str:
    """Which entry of its room's table a file belongs to: its own name, or its folder's."""
    return path.split("/")[1].removesuffix(".py")


def all_problems(check: Check, *suffixes: str, under: tuple[str, ...] = (".",)) -> list[str]:
    return [problem for path, text in files(*suffixes, under=under) for problem in check(path, text)]


# The checks -------------------------------------------------------------------------------------------------


def walls_between_rooms(path: str, source: str) -> list[str]:
    room = path.split("/")[0]
    return [
        f"{path}:{line}: {room} may not use {name.split('.')[0]}"
        for line, name in imports(ast.parse(source), path)
        if name.split(".")[0] in ROOMS and name.split(".")[0] not in MAY_USE[room]
    ]


def rows_inside_a_room(path: str, source: str, table: tuple[tuple[str, ...], ...] = TRACKER) -> list[str]:
    room = path.split("/")[0]
    row_of = {name: n for n, row in enumerate(table) for name in row}
    mine = place_of(path)
    if mine == "__init__":
        return []
    if mine not in row_of:
        return [f"{path}:1: stands in no row: give it a place in the table of tests/test_architecture.py"]
    found = []
    for line, name in imports(ast.parse(source), path):
        parts = name.split(".")
        if parts[0] != room or len(parts) < 2 or parts[1] not in row_of or parts[1] == mine:
            continue
        above, beside = row_of[parts[1]] < row_of[mine], row_of[parts[1]] == row_of[mine]
        if above or (beside and (mine, parts[1]) not in IN_ITS_ROW):
            found.append(f"{path}:{line}: {mine} may not use {parts[1]}, which stands {'above' if above else 'beside'} it")
    return found


def rows_inside_accounts(path: str, source: str) -> list[str]:
    return rows_inside_a_room(path, source, ACCOUNTS)


def rows_inside_operations(path: str, source: str) -> list[str]:
    return rows_inside_a_room(path, source, OPERATIONS)


FINDS_ITS_MODULES = {
    ("clinical/rules/__init__.py", "importlib.import_module"),
    ("clinical/rules/__init__.py", "pkgutil.iter_modules"),
}
"""The package of the rules imports whatever stands in it, so that a new rule is one file and no entry in a list."""


def clinical_is_plain_python(path: str, source: str) -> list[str]:
    """No Django, no file but in the library, no clock."""
    tree = ast.parse(source)
    found = [
        f"{path}:{line}: clinical may not use {name}" for line, name in imports(tree, path) if name.split(".")[0] == "django"
    ]
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


def test_each_room_uses_only_what_stands_to_its_right():
    assert_none(all_problems(walls_between_rooms, ".py", under=ROOMS))


def test_inside_tracker_each_file_uses_only_rows_below_it():
    assert_none(all_problems(rows_inside_a_room, ".py", under=("tracker",)))


def test_inside_accounts_each_file_uses_only_rows_below_it():
    assert_none(all_problems(rows_inside_accounts, ".py", under=("accounts",)))


def test_inside_operations_each_file_uses_only_rows_below_it():
    assert_none(all_problems(rows_inside_operations, ".py", under=("operations",)))


@pytest.mark.parametrize(("room", "table"), [("tracker", TRACKER), ("accounts", ACCOUNTS), ("operations", OPERATIONS)])
def test_every_module_stands_in_the_table(room, table):
    there = {place_of(path) for path, _ in files(".py", under=(room,))} - {"__init__"}
    assert there - {name for row in table for name in row} == set()


def test_every_use_inside_a_row_has_a_reason_and_is_still_needed():
    used = set()
    for path, source in files(".py", under=("tracker", "accounts")):
        for _line_no, name in imports(ast.parse(source), path):
            parts = name.split(".")
            if parts[0] == path.split("/")[0] and len(parts) > 1:
                used.add((place_of(path), parts[1]))
    assert [pair for pair, reason in IN_ITS_ROW.items() if not reason or pair not in used] == []


def test_no_two_files_of_the_tracker_use_each_other():
    uses: dict[str, set[str]] = {}
    sources = {path.removesuffix(".py").replace("/", "."): (path, text) for path, text in files(".py", under=("tracker",))}
    for module, (path, source) in sources.items():
        names = {name for _, name in imports(ast.parse(source), path)}
        uses[module] = {other for name in names for other in (name, name.rpartition(".")[0]) if other in sources} - {module}
    rings = sorted({tuple(sorted((a, b))) for a in uses for b in uses[a] if a in uses[b]})
    assert rings == []


def test_clinical_knows_neither_django_nor_files_nor_the_clock():
    assert_none(all_problems(clinical_is_plain_python, ".py", under=("clinical",)))


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
    (walls_between_rooms, "accounts/models.py", "from tracker.models import Patient"),
    (walls_between_rooms, "accounts/x.py", "import clinical.times"),
    (walls_between_rooms, "clinical/x.py", "from accounts import roles"),
    (walls_between_rooms, "clinical/x.py", "def f():\n    from tracker import words"),
    (walls_between_rooms, "tracker/models.py", "from config import settings"),
    (walls_between_rooms, "clinical/x.py", "from ..tracker import words"),
    (rows_inside_a_room, "tracker/models.py", "from tracker.actions import admit"),
    (rows_inside_a_room, "tracker/access.py", "from tracker.reads import trend"),
    (rows_inside_a_room, "tracker/reads/board/rows.py", "from tracker.actions.doses import record_dose"),
    (rows_inside_a_room, "tracker/forms/when.py", "from tracker.views.answers import posted"),
    (rows_inside_a_room, "tracker/words/times.py", "from ..access import episodes"),
    (rows_inside_a_room, "tracker/nowhere.py", ""),
    (rows_inside_accounts, "accounts/models.py", "from accounts.trail import audit"),
    (rows_inside_accounts, "accounts/badges.py", ""),
    (rows_inside_operations, "operations/copies.py", "from operations import backups"),
    (walls_between_rooms, "tracker/x.py", "from operations import doctor"),
    (walls_between_rooms, "operations/x.py", "from clinical import times"),
    (clinical_is_plain_python, "clinical/x.py", "from django.utils import timezone"),
    (clinical_is_plain_python, "clinical/x.py", "from datetime import datetime\nat = datetime.now()"),
    (clinical_is_plain_python, "clinical/x.py", "import datetime\nat = datetime.datetime.utcnow()"),
    (clinical_is_plain_python, "clinical/library.py", "from datetime import date\nday = date.today()"),
    (clinical_is_plain_python, "clinical/x.py", "import time\nt = time.time()"),
    (clinical_is_plain_python, "clinical/x.py", "text = open('a.toml').read()"),
    (clinical_is_plain_python, "clinical/x.py", "from pathlib import Path"),
    (clinical_is_plain_python, "clinical/rules/x.py", "from importlib import import_module"),
    (clinical_is_plain_python, "clinical/rules/__init__.py", "from importlib import resources"),
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
    (rows_inside_operations, "operations/backups.py", "from operations.copies import copied"),
    (walls_between_rooms, "tracker/x.py", "from clinical.times import moment\nfrom accounts.models import Ward"),
    (rows_inside_a_room, "tracker/forms/x.py", "from tracker.actions import Entry\nfrom tracker.forms.when import add_clock"),
    (rows_inside_a_room, "tracker/reads/heat_map.py", "from tracker.reads.trend import Trend"),
    (clinical_is_plain_python, "clinical/x.py", "from datetime import datetime, time\nnoon = time(12)"),
    (
        clinical_is_plain_python,
        "clinical/rules/__init__.py",
        "from importlib import import_module\nfrom pkgutil import iter_modules",
    ),
    (clinical_is_plain_python, "clinical/library.py", "from pathlib import Path\ntext = Path('x').read_text()"),
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
        walls_between_rooms, rows_inside_a_room, rows_inside_accounts, rows_inside_operations, clinical_is_plain_python,
        views_hold_no_query_and_no_sum,
        views_are_short, only_actions_write, no_vague_name, no_signals, everything_public_is_described,
        template_tags_only_format, nothing_inline, nothing_from_another_host,
    }  # fmt: skip
    assert {check for check, _, _ in BREACHES} == checks
