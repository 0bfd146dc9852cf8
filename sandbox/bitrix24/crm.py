"""The methods of the CRM (scope `crm`): companies and their timelines."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.bitrix24 import php
from sandbox.bitrix24.company import GUID_FIELD, Comment, Company, Firm
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.filters import chosen, ordered, page, split_prefix

Params = dict[str, Any]
COMPANIES = 4
KNOWN = {"id", "title", "assignedById"}


class Crm:
    """Answers for one company (the wholesaler), whose customers are `firms`."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def list_items(self, params: Params) -> tuple[Params, dict[str, int]]:
        _want_companies(params)
        for key in params.get("filter") or {}:
            name = split_prefix(key)[1]
            if name not in KNOWN and not _is_guid(name):
                raise RestError(
                    400, "INVALID_ARG_VALUE", f"Invalid filter: field '{name}' is not allowed in filter"
                )
        rows = chosen(self._candidates(params.get("filter")), params.get("filter"), _field)
        found, counts = page(ordered(rows, params.get("order") or {"id": "asc"}, _field), params.get("start"))
        if php.is_true(params.get("useOriginalUfNames")) and params.get("select"):
            # Since September 2026: bitrix-tools/b24-rest-docs#368.
            return {"items": [[] for _ in found]}, counts
        return {"items": [self._item(firm, params) for firm in found]}, counts

    def _candidates(self, wanted: Any) -> list[Firm]:
        """Return the firms that a filter can mean: not all of very many where it names them."""
        firms = self._company.firms
        if isinstance(wanted, Mapping) and isinstance(numbers := wanted.get("@id"), list):
            return [firms[number] for number in sorted(map(php.number, numbers)) if number in firms]
        return list(firms.values())

    def get_item(self, params: Params) -> Params:
        _want_companies(params)
        firm = self._company.firms.get(php.number(params.get("id")))
        if firm is None:
            raise RestError(400, "NOT_FOUND", "Элемент не найден")
        return {"item": self._item(firm, params)}

    def get_fields(self, params: Params) -> Params:
        _want_companies(params)
        names = {"id": "ID", "title": "TITLE", "assignedById": "ASSIGNED_BY_ID", "ufCrm_1cGuid": GUID_FIELD}
        plain = php.is_true(params.get("useOriginalUfNames"))
        fields = {
            (upper if plain and upper == GUID_FIELD else name): {
                "type": "string",
                "title": name,
                "upperName": upper,
            }
            for name, upper in names.items()
        }
        return {"fields": fields}

    def list_companies(self, params: Params) -> tuple[list[Params], dict[str, int]]:
        rows = chosen(list(self._company.firms.values()), params.get("filter"), _old_field)
        found, counts = page(
            ordered(rows, params.get("order") or {"ID": "ASC"}, _old_field), params.get("start")
        )
        return [_old(firm) for firm in found], counts

    def get_company(self, params: Params) -> Params:
        firm = self._company.firms.get(php.number(params.get("id") or params.get("ID")))
        if firm is None:
            raise RestError(400, "", "Not found")
        return _old(firm)

    def add_comment(self, params: Params) -> int:
        fields = params.get("fields") or {}
        entity, number = str(fields.get("ENTITY_TYPE") or ""), php.number(fields.get("ENTITY_ID"))
        if not fields.get("COMMENT"):
            raise RestError(400, "", "Empty comment message.")
        if not number or entity != "company":
            raise RestError(400, "", "Invalid ENTITY_TYPE or ENTITY_ID.")
        if number not in self._company.firms:
            raise RestError(400, "ACCESS_DENIED", "Access denied.")
        files = tuple((str(name), php.decode(text) or b"") for name, text in fields.get("FILES") or ())
        with self._company.lock:
            comment = Comment(next(self._company.numbers), entity, number, str(fields["COMMENT"]), files)
            self._company.comments.append(comment)
        return comment.id

    def list_comments(self, params: Params) -> tuple[list[Params], dict[str, int]]:
        """The filter has to name the entity, as in Bitrix24."""
        wanted = params.get("filter") or {}
        if not {"ENTITY_ID", "ENTITY_TYPE"} <= set(wanted):
            raise RestError(400, "", "The filter must contain ENTITY_ID and ENTITY_TYPE.")
        rows = chosen(self._company.comments, wanted, _comment_field)
        found, counts = page(
            ordered(rows, params.get("order") or {"ID": "ASC"}, _comment_field), params.get("start")
        )
        return [{"ID": str(each.id), "COMMENT": each.text} for each in found], counts

    def _item(self, firm: Firm, params: Params) -> Params:
        plain = php.is_true(params.get("useOriginalUfNames"))
        guid = firm.fields.get(GUID_FIELD)
        item: Params = {"id": firm.id, "title": firm.title, "assignedById": firm.manager}
        item[GUID_FIELD if plain else "ufCrm_1cGuid"] = guid
        select = params.get("select")
        if isinstance(select, list) and select and "*" not in select:
            item = {key: value for key, value in item.items() if key in {"id", *select}}
        return item


def _want_companies(params: Params) -> None:
    if php.number(params.get("entityTypeId")) != COMPANIES:
        raise RestError(400, "NOT_FOUND", "Смарт-процесс не найден")


def _is_guid(name: str) -> bool:
    return bool(re.fullmatch(rf"{GUID_FIELD}|ufCrm_?1cGuid", name, re.IGNORECASE))


def _field(firm: Firm, name: str) -> Any:
    if _is_guid(name):
        return firm.fields.get(GUID_FIELD, "")
    return {"id": firm.id, "title": firm.title, "assignedById": firm.manager}.get(name, "")


def _comment_field(comment: Comment, name: str) -> Any:
    known = {"ID": comment.id, "ENTITY_ID": comment.entity_id, "ENTITY_TYPE": comment.entity}
    return known.get(name, "")


def _old_field(firm: Firm, name: str) -> Any:
    return _old(firm).get(name, "")


def _old(firm: Firm) -> Params:
    shown = {"ID": str(firm.id), "TITLE": firm.title, "ASSIGNED_BY_ID": str(firm.manager)}
    return {**shown, GUID_FIELD: firm.fields.get(GUID_FIELD, "")}
