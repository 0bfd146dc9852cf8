"""The XML files of the extension against each other, and against the layout that Designer and ibcmd load."""

import re
from collections import Counter
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest

from tests.onec.source import EXTENSION, module_tree, modules, nodes, text

MD = "{http://v8.1c.ru/8.3/MDClasses}"
XR = "{http://v8.1c.ru/8.3/xcf/readable}"
ROLES = "{http://v8.1c.ru/8.2/roles}"
FOLDERS = {
    "Language": "Languages",
    "Role": "Roles",
    "CommonTemplate": "CommonTemplates",
    "CommonModule": "CommonModules",
    "HTTPService": "HTTPServices",
    "Catalog": "Catalogs",
}
PARTS = {
    "Role": ["Ext/Rights.xml"],
    "CommonTemplate": ["Ext/Template.xml"],
    "CommonModule": ["Ext/Module.bsl"],
    "HTTPService": ["Ext/Module.bsl"],
    "Catalog": ["Ext/ObjectModule.bsl"],
    "Language": [],
}
FILES = sorted(EXTENSION.rglob("*.xml"))


def root(path):
    return ET.fromstring(path.read_bytes())


def listed():
    """Return kind and name of every object that Configuration.xml names."""
    children = root(EXTENSION / "Configuration.xml").find(f"{MD}Configuration/{MD}ChildObjects")
    return [(child.tag.removeprefix(MD), child.text) for child in children]


def service():
    return root(EXTENSION / "HTTPServices" / "Сверка_Портал.xml").find(f"{MD}HTTPService")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_well_formed_and_starts_as_designer_writes_it(path):
    assert path.read_bytes().startswith(b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>')
    assert root(path) is not None


def test_every_object_that_is_named_has_its_files_and_no_file_is_left_over():
    wanted = {"Configuration.xml"}
    for kind, name in listed():
        wanted.add(f"{FOLDERS[kind]}/{name}.xml")
        wanted |= {f"{FOLDERS[kind]}/{name}/{part}" for part in PARTS[kind]}
    assert {str(path.relative_to(EXTENSION)) for path in EXTENSION.rglob("*") if path.is_file()} == wanted


def test_objects_are_listed_by_kind_in_the_order_of_designer():
    kinds = [kind for kind, _name in listed()]
    assert kinds == sorted(kinds, key=list(FOLDERS).index)


@pytest.mark.parametrize(("kind", "name"), listed())
def test_an_object_is_called_as_its_file_and_as_the_prefix_demands(kind, name):
    found = root(EXTENSION / FOLDERS[kind] / f"{name}.xml").find(f"{MD}{kind}")
    assert found.findtext(f"{MD}Properties/{MD}Name") == name
    own = found.findtext(f"{MD}Properties/{MD}ObjectBelonging") != "Adopted"
    assert own is name.startswith("Сверка_")
    assert own or kind == "Language"


def test_every_uuid_is_one_and_stands_once():
    """Class ids are the platform's; the language is adopted by its name, which zeros stand for."""
    found: Counter[str | None] = Counter()
    for path in FILES:
        if path.name in ("Rights.xml", "Template.xml"):
            continue
        for node in root(path).iter():
            found.update([node.get("uuid")] if node.get("uuid") else [])
            if node.tag in (f"{XR}TypeId", f"{XR}ValueId", f"{XR}ObjectId"):
                found.update([node.text])
    assert [uuid for uuid, times in found.items() if times > 1 or str(UUID(uuid)) != uuid] == []


def test_every_format_version_is_the_same():
    assert {root(path).get("version") for path in FILES if path.name != "Template.xml"} == {"2.10"}


def test_the_extension_adds_to_a_configuration_and_changes_nothing_of_it():
    properties = root(EXTENSION / "Configuration.xml").find(f"{MD}Configuration/{MD}Properties")
    wanted = {
        "ObjectBelonging": "Adopted",
        "ConfigurationExtensionPurpose": "AddOn",
        "KeepMappingToExtendedConfigurationObjectsByIDs": "true",
        "NamePrefix": "Сверка_",
        "ConfigurationExtensionCompatibilityMode": "Version8_3_14",
        "ScriptVariant": "Russian",
        "DefaultLanguage": "Language.Русский",
    }
    assert {name: properties.findtext(f"{MD}{name}") for name in wanted} == wanted
    assert properties.find(f"{MD}DefaultRoles") is not None, "nobody gets a role that was not given to them"
    assert list(properties.find(f"{MD}DefaultRoles")) == []
    contained = root(EXTENSION / "Configuration.xml").iter(f"{XR}ContainedObject")
    assert len({part.findtext(f"{XR}ClassId") for part in contained}) == 7


def test_every_handler_is_an_exported_function_of_the_module_that_takes_the_request():
    handlers = {node.text for node in service().iter(f"{MD}Handler")}
    tree = module_tree(modules()["Сверка_Портал"])
    found = {
        text(node.child_by_field_name("name")): len(list(nodes(node, "parameter")))
        for node in nodes(tree, "function_definition")
        if any(child.type == "EXPORT_KEYWORD" for child in node.children)
    }
    assert found == dict.fromkeys(handlers, 1)


def test_the_service_stands_where_the_portal_looks_for_it():
    properties = service().find(f"{MD}Properties")
    assert properties.findtext(f"{MD}RootURL") == "reconciliation"
    assert (properties.findtext(f"{MD}ReuseSessions"), properties.findtext(f"{MD}SessionMaxAge")) == (
        "AutoUse",
        "20",
    )
    assert {node.text for node in service().iter(f"{MD}Template")} == {"/act", "/counterparties", "/ping"}
    assert {node.text for node in service().iter(f"{MD}HTTPMethod")} == {"GET"}


def test_common_modules_run_on_the_server_alone_and_without_more_rights():
    for kind, name in listed():
        if kind == "CommonModule":
            properties = root(EXTENSION / "CommonModules" / f"{name}.xml").find(
                f"{MD}CommonModule/{MD}Properties"
            )
            assert properties.findtext(f"{MD}Server") == "true"
            for off in ("Global", "ServerCall", "ClientManagedApplication", "Privileged"):
                assert properties.findtext(f"{MD}{off}") == "false"


def rights(role):
    found = root(EXTENSION / "Roles" / role / "Ext" / "Rights.xml")
    return {
        node.findtext(f"{ROLES}name"): {
            right.findtext(f"{ROLES}name")
            for right in node.iter(f"{ROLES}right")
            if right.findtext(f"{ROLES}value") == "true"
        }
        for node in found.iter(f"{ROLES}object")
    }


def test_the_portals_role_reads_keys_and_calls_the_service_and_nothing_more():
    templates = {
        template.findtext(f"{MD}Properties/{MD}Name"): method.findtext(f"{MD}Properties/{MD}Name")
        for template in service().iter(f"{MD}URLTemplate")
        for method in template.iter(f"{MD}Method")
    }
    methods = {
        f"HTTPService.Сверка_Портал.URLTemplate.{name}.Method.{method}" for name, method in templates.items()
    }
    assert rights("Сверка_Портал") == {"Catalog.Сверка_Ключи": {"Read"}} | {name: {"Use"} for name in methods}


def test_keys_are_kept_by_a_role_of_its_own():
    assert set(rights("Сверка_Администратор")) == {"Catalog.Сверка_Ключи"}
    assert {"Read", "Insert", "Update", "View", "Edit"} <= rights("Сверка_Администратор")[
        "Catalog.Сверка_Ключи"
    ]


def test_the_template_is_sound_by_itself():
    """Indexes lead somewhere, areas lie inside the sheet and cover it without a gap."""
    sheet = "{http://v8.1c.ru/8.2/data/spreadsheet}"
    document = root(EXTENSION / "CommonTemplates" / "Сверка_АктСверки" / "Ext" / "Template.xml")
    formats = len(document.findall(f"{sheet}format"))
    used = [
        int(node.text)
        for name in ("f", "formatIndex", "defaultFormatIndex")
        for node in document.iter(f"{sheet}{name}")
    ]
    assert used
    assert max(used) <= formats
    fonts = {int(node.text) for node in document.iter(f"{sheet}font") if node.text}
    assert fonts == set(range(len(document.findall(f"{sheet}font"))))
    height = int(document.findtext(f"{sheet}height"))
    areas = [
        (int(item.findtext(f".//{sheet}beginRow")), int(item.findtext(f".//{sheet}endRow")))
        for item in document.findall(f"{sheet}namedItem")
    ]
    assert sorted(row for first, last in areas for row in range(first, last + 1)) == list(range(height))
    names = [item.findtext(f"{sheet}name") for item in document.findall(f"{sheet}namedItem")]
    assert names == sorted(names), "the platform keeps them in this order"


def test_areas_that_the_module_prints_are_in_the_template():
    source = modules()["Сверка_Печать"].read_text(encoding="utf-8-sig")
    named = set(re.findall(r'Вывести\(Документ, Макет, "(\w+)"', source))
    template = (EXTENSION / "CommonTemplates" / "Сверка_АктСверки" / "Ext" / "Template.xml").read_text(
        "utf-8-sig"
    )
    assert named == set(re.findall(r"<name>(\w+)</name>", template))
