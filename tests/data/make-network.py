#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes network.csv, the sample address book, from the tables beside it.

Organisations are real: the ministry's 32 units, the 63 provincial departments
of 2023, and 62 press agencies. People, telephone numbers and addresses are
invented: names end in a number, numbers begin 0000 after the area code, and
every address is under .example (RFC 2606), so nothing can reach anybody.

    make-network.py           writes network.csv
    make-network.py --check   leaves with 1 when network.csv is not what this makes
"""
import csv
import io
import itertools
import pathlib
import re
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "network.csv"
COLUMNS = ("org,org_kind,org_short,org_code,province,region,name,role,title,"
           "email,phone,language,tags,priority,source").split(",")

PRESS_CONTACTS = 80
FREE_MAIL = {"Hà Nam", "Bình Định", "Đồng Khởi", "Bạc Liêu"}  # as small local papers do
KEY_AGENCIES = {"TTXVN", "VTV", "VOV", "Nhân Dân", "QĐND", "CAND"}

HEAD_TITLE = {
    "vụ": "Vụ trưởng", "cục": "Cục trưởng", "thanh tra": "Chánh Thanh tra",
    "văn phòng": "Chánh Văn phòng", "viện": "Viện trưởng", "báo": "Tổng Biên tập",
    "tạp chí": "Tổng Biên tập", "trường": "Hiệu trưởng", "doanh nghiệp": "Tổng Giám đốc",
}

# A tag, and the words in an organisation's name that earn it.
TAGS = (
    ("viễn-thông", ("Viễn thông", "Tần số", "Internet")),
    ("bưu-chính", ("Bưu",)),
    ("chuyển-đổi-số", ("Chuyển đổi số", "Kinh tế số")),
    ("an-toàn-thông-tin", ("An toàn thông tin", "Chứng thực điện tử", "Công an", "An ninh")),
    ("báo-chí", ("Cục Báo chí", "Công luận")),
    ("truyền-hình", ("Truyền hình", "truyền hình")),
    ("công-nghệ", ("công nghệ", "Công nghệ", "Khoa học")),
    ("kinh-tế", ("Kinh tế", "Tài chính", "Đầu tư", "Doanh nhân")),
    ("giáo-dục", ("Giáo dục", "Học viện", "Đào tạo")),
    ("pháp-luật", ("Pháp chế", "Pháp luật", "Thanh tra", "Công lý")),
    ("đối-ngoại", ("đối ngoại", "quốc tế", "Thế giới")),
)

# Local papers whose name is not their province's.
PAPER_PROVINCE = {"Đồng Khởi": "Bến Tre", "Huế ngày nay": "Thừa Thiên Huế"}
SCOPE_PROVINCE = {"Hà Nội": "Hà Nội", "TP.HCM": "Hồ Chí Minh"}

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô")
GIVEN = ("Văn Mẫu", "Thị Thử", "Minh Mẫu", "Thu Thử")


def table(name):
    with open(HERE / name, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def ascii_label(text):
    """Đồng Khởi -> dong-khoi. đ has no decomposition, so it is mapped by hand."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def tags_of(name):
    return ";".join(tag for tag, words in TAGS if any(w in name for w in words))


def people():
    for n in itertools.count(1):
        family = FAMILY[(n - 1) % len(FAMILY)]
        given = GIVEN[(n - 1 + n // len(FAMILY)) % len(GIVEN)]
        yield f"{family} {given} {n:03d}"


def unit_rows(units, invent):
    for u in units:
        code = f"U{int(u['no']):02d}"
        org = dict(org=u["name"], org_kind="unit", org_short=u["short_name"], org_code=code,
                   tags=tags_of(u["name"]), source="units.tsv")
        local = code.lower()
        yield dict(org, name=next(invent), role="leader", priority=3,
                   title=HEAD_TITLE.get(u["kind"], "Giám đốc"),
                   email=f"{local}.leader@ministry.example")
        yield dict(org, name=next(invent), role="officer", priority=2,
                   title="Cán bộ đầu mối truyền thông",
                   email=f"{local}.officer@ministry.example")


def department_rows(provinces, invent):
    for p in provinces:
        code = f"D-{p['code']}"
        org = dict(org=p["department_2023"], org_kind="department",
                   org_short=f"Sở TT&TT {p['name']}", org_code=code,
                   province=p["name"], region=p["region"], source="provinces-2023.tsv")
        local, domain = code.lower(), f"stttt.{ascii_label(p['name'])}.example"
        yield dict(org, name=next(invent), role="leader", title="Giám đốc Sở", priority=5,
                   email=f"{local}.leader@{domain}")
        yield dict(org, name=next(invent), role="officer", title="Cán bộ đầu mối truyền thông",
                   priority=4, email=f"{local}.officer@{domain}")


def chosen_agencies(agencies, units):
    """Those seen in sources, without magazines but the Party's own, and without
    the paper and the journal that are units of the ministry (in 2023)."""
    own = {u["name"] for u in units}
    for number, a in enumerate(agencies, 1):
        magazine = a["kind"] == "tạp chí" and a["scope"] != "trung ương"
        if a["status"] == "seen" and not magazine and a["name"] not in own:
            yield f"P{number:02d}", a


def press_priority(agency):
    if agency["short_name"] in KEY_AGENCIES:
        return 1
    return {"trung ương": 3, "bộ ngành": 5, "địa phương": 7}.get(agency["scope"], 6)


def press_province(agency):
    short, scope = agency["short_name"], agency["scope"]
    if scope == "địa phương":
        return PAPER_PROVINCE.get(short) or agency["name"].removeprefix("Báo ")
    return SCOPE_PROVINCE.get(scope, "")


def press_rows(agencies, units, regions, invent):
    chosen = list(chosen_agencies(agencies, units))
    both = PRESS_CONTACTS - len(chosen)  # so many, from the top, have desk and journalist
    for i, (code, a) in enumerate(chosen):
        province = press_province(a)
        short = a["short_name"]
        domain = "freemail" if short in FREE_MAIL else ascii_label(short)
        org = dict(org=a["name"], org_kind="press", org_short=short, org_code=code,
                   province=province, region=regions[province] if province else "",
                   tags=tags_of(a["name"]), source="press-agencies.tsv")
        priority = press_priority(a)
        station = a["kind"] == "đài"
        if i < both or i % 2:
            # A desk without a name is common, and the letter's greeting must stand it.
            name = "" if i % 8 == 3 else "Ban Thời sự" if station else "Ban Thư ký tòa soạn"
            yield dict(org, name=name, role="desk", priority=priority,
                       email=f"{code.lower()}.desk@{domain}.example")
        if i < both or not i % 2:
            yield dict(org, name=next(invent), role="journalist", priority=min(priority + 1, 9),
                       title="Phóng viên" if i % 3 else "Biên tập viên",
                       email=f"{code.lower()}.journalist@{domain}.example")


def network():
    units, provinces = table("units.tsv"), table("provinces-2023.tsv")
    regions = {p["name"]: p["region"] for p in provinces}
    invent = people()
    rows = list(itertools.chain(
        unit_rows(units, invent), department_rows(provinces, invent),
        press_rows(table("press-agencies.tsv"), units, regions, invent)))
    for n, row in enumerate(rows, 1):
        row.update(phone=f"024 0000 {n:04d}", language="vi")
    return rows


def verify(rows):
    """What the sample network promises, whatever becomes of the tables."""
    kinds = [r["org_kind"] for r in rows]
    press = {r["org_code"] for r in rows if r["org_kind"] == "press"}
    assert [kinds.count(k) for k in ("unit", "department", "press")] == [64, 126, 80]
    assert len(press) >= 55
    assert len({r["email"] for r in rows}) == len(rows)
    assert all(r["email"].isascii() and r["email"].endswith(".example") for r in rows)
    text = "".join(str(v) for r in rows for v in r.values())
    assert unicodedata.is_normalized("NFC", text)


def main():
    rows = network()
    verify(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    made = out.getvalue().encode()
    if sys.argv[1:] == ["--check"]:
        if not OUT.exists() or OUT.read_bytes() != made:
            sys.exit(f"{OUT}: not what make-network.py makes; run it and commit the result")
        return
    if sys.argv[1:]:
        sys.exit("usage: make-network.py [--check]")
    OUT.write_bytes(made)


main()
