"""The modules as text: they parse, and every name in them is one that the platform or the extension has."""

import re

import pytest

from tests.onec.source import EXTENSION, faults, module_tree, modules, nodes, string_value, text

NAMES = (EXTENSION.parent / "tests" / "onec" / "platform_names.txt").read_text(encoding="utf-8")
every_module = pytest.mark.parametrize("name", modules())


def known(section):
    block = NAMES.split(f"[{section}]")[1].split("\n[")[0]
    return {word.lower() for line in block.splitlines() if not line.startswith("#") for word in line.split()}


def methods(name):
    """Return a module's methods with their parameters and whether others may call them."""
    return {
        text(node.child_by_field_name("name")).lower(): (
            [bool(part.child_by_field_name("def")) for part in nodes(node, "parameter")],
            any(child.type == "EXPORT_KEYWORD" for child in node.children),
        )
        for node in nodes(module_tree(modules()[name]), "function_definition", "procedure_definition")
    }


def calls(name):
    """Yield the owner, name and number of arguments of each call; no owner for a call of a function alone."""
    for node in nodes(module_tree(modules()[name]), "method_call"):
        above = node.parent
        owned = (
            above and above.type in ("access", "call_expression") and above.named_children[0].id != node.id
        )
        owner = text(above.named_children[0]) if above and owned else ""
        arguments = next(part for part in node.named_children if part.type == "arguments")
        yield owner, text(node.named_children[0]), arguments.named_child_count


def named_by_the_extension():
    """Return the fields that the modules name: keys of structures, columns of queries and tables."""
    found = set()
    for path in modules().values():
        for literal in map(string_value, nodes(module_tree(path), "string")):
            found |= {word.lower() for word in re.findall(r"КАК (\w+)", literal)}
            if re.fullmatch(r"\w+(, \w+)*", literal):
                found |= {word.lower() for word in literal.split(", ")}
    return found


def variables_of(method):
    """Return a method's parameters, and what it assigns to or goes through."""
    found = {part.child_by_field_name("name") for part in nodes(method, "parameter")}
    found |= {
        next(child for child in part.named_children if child.type == "identifier")
        for part in nodes(method, "assignment_statement", "for_each_statement", "for_statement")
        if part.type != "assignment_statement" or part.named_children[0].type == "identifier"
    }
    return {text(name).lower() for name in found}


def attributes_of_the_catalog():
    return {word.lower() for word in ("НовыйКлюч", "Хеш", "Соль", "ВсеОрганизации")}


@every_module
def test_a_module_parses(name):
    assert faults(module_tree(modules()[name])) == []


@every_module
def test_a_module_starts_with_a_byte_order_mark_as_designer_writes_it(name):
    assert modules()[name].read_bytes().startswith(b"\xef\xbb\xbf")


@every_module
def test_every_call_is_of_something_that_exists(name):
    own, platform, members = methods(name), known("functions"), known("methods")
    for owner, called, count in calls(name):
        if owner in modules():
            parameters, exported = methods(owner).get(called.lower(), ([], False))
            assert exported, f"{owner} exports no {called}"
            assert parameters.count(False) <= count <= len(parameters), (
                f"{owner}.{called} with {count} arguments"
            )
        elif owner == "Адаптер":
            assert all(methods(adapter)[called.lower()][1] for adapter in ADAPTERS)
        elif owner:
            assert called.lower() in members, f"no object of the platform has {called}"
        elif called.lower() in own:
            parameters = own[called.lower()][0]
            assert parameters.count(False) <= count <= len(parameters), f"{called} with {count} arguments"
        else:
            assert called.lower() in platform, f"the platform has no function {called}"


ADAPTERS = ["Сверка_БухгалтерияПредприятия", "Сверка_УправлениеТорговлей", "Сверка_УНФ"]


@every_module
def test_every_type_that_is_made_exists(name):
    made = {
        text(node.child_by_field_name("type"))
        for node in nodes(module_tree(modules()[name]), "new_expression")
    }
    assert {kind for kind in made if kind.lower() not in known("types")} == set()


@every_module
def test_every_property_is_of_the_platform_or_named_by_the_extension(name):
    allowed = (
        known("properties") | known("configuration") | named_by_the_extension() | attributes_of_the_catalog()
    )
    used = {text(node) for node in nodes(module_tree(modules()[name]), "property")}
    assert {found for found in used if found.lower() not in allowed} == set()


@every_module
def test_every_name_stands_for_a_variable_a_parameter_a_module_or_a_global(name):
    for method in nodes(module_tree(modules()[name]), "function_definition", "procedure_definition"):
        variables = variables_of(method)
        read = {
            text(node.named_children[0])
            for node in nodes(method, "expression", "access")
            if node.named_children and node.named_children[0].type == "identifier"
        }
        allowed = variables | known("globals") | {module.lower() for module in modules()}
        allowed |= attributes_of_the_catalog() if name.endswith(".obj") else set()
        assert {found for found in read if found.lower() not in allowed} == set()


@every_module
def test_no_variable_has_the_name_of_a_function_that_is_called_beside_it(name):
    own = set(methods(name))
    for method in nodes(module_tree(modules()[name]), "function_definition", "procedure_definition"):
        called = {text(node.named_children[0]).lower() for node in nodes(method, "method_call")}
        assert variables_of(method) & (own | (called & known("functions"))) == set()


@every_module
def test_what_a_person_reads_is_in_russian_and_in_english(name):
    for node in nodes(module_tree(modules()[name]), "method_call"):
        if text(node.named_children[0]) == "НСтр":
            literal = string_value(next(nodes(node, "string")))
            assert re.fullmatch(r"ru = '[^']+';\s*en = '[^']+'", literal), literal
            russian, english = re.findall(r"'([^']+)'", literal)
            assert sorted(re.findall(r"%\d", russian)) == sorted(re.findall(r"%\d", english))


@every_module
def test_exported_methods_are_documented(name):
    source = modules()[name].read_text(encoding="utf-8-sig")
    for start in re.finditer(r"^(?:Функция|Процедура) (\w+)\(.*\) Экспорт$", source, re.MULTILINE):
        above = source[: start.start()].rstrip("\n").splitlines()[-1]
        assert above.startswith("//"), start[1]


def test_a_typo_in_the_name_of_a_method_would_be_found():
    assert "выполнитьпакет" in known("methods")
    assert "выполнитьпакты" not in known("methods") | named_by_the_extension()
