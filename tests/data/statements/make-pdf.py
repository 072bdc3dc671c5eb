#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes "Số liệu chuyển đổi số.pdf", the sample attachment.

A page of invented figures in Vietnamese, by the standard library alone. A
PDF reader's own Helvetica has no ễ, ữ or đ and embedding a font would cost
50 KB, so each letter is a Type 3 glyph: Helvetica's base letter, its marks
drawn on it, and the true letter named for search and copy (ToUnicode).
Nothing is compressed: the same bytes wherever it is made.

    make-pdf.py           writes the file
    make-pdf.py --check   leaves with 1 when the file is not what this makes
"""
import pathlib
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "Số liệu chuyển đổi số.pdf"
TITLE = "Số liệu chuyển đổi số (số liệu mẫu)"

# Helvetica's widths from space to ~ (Adobe Core14 AFM), in thousandths of the size.
WIDTHS = [int(w) for w in (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 "
    "556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 "
    "556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 "
    "556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 "
    "500 500 500 334 260 334 584").split()]

GRAVE, ACUTE, CIRCUMFLEX, TILDE, BREVE, HOOK, HORN, DOT = (
    "\u0300", "\u0301", "\u0302", "\u0303", "\u0306", "\u0309", "\u031b", "\u0323")
DOTLESS_I = 1  # its code in our encoding

# Strokes about (x, y): the middle of the letter, and the height where marks begin.
STROKES = {
    GRAVE: lambda x, y: f"{x-90} {y+140} m {x+50} {y} l S",
    ACUTE: lambda x, y: f"{x+90} {y+140} m {x-50} {y} l S",
    TILDE: lambda x, y: f"{x-120} {y+20} m {x-60} {y+130} {x+50} {y-30} {x+120} {y+90} c S",
    BREVE: lambda x, y: f"{x-120} {y+110} m {x-90} {y-20} {x+90} {y-20} {x+120} {y+110} c S",
    HOOK: lambda x, y: f"{x-60} {y+130} m {x+60} {y+190} {x+90} {y+70} {x} {y+50} c {x} {y} l S",
    DOT: lambda x, y: f"{x-45} -190 90 90 re f",
}


def width(char):
    base = "D" if char == "Đ" else "d" if char == "đ" else unicodedata.normalize("NFD", char)[0]
    return WIDTHS[ord(base) - 32]


def glyph(char):
    """The drawing of one letter in a 1000-unit square."""
    w, out = width(char), [f"{width(char)} 0 d0"]
    if char == "đ":
        return f"{w} 0 d0 BT /H 1000 Tf (d) Tj ET 60 w 300 600 m 570 600 l S"
    base, *marks = unicodedata.normalize("NFD", char)
    tall = base.isupper()
    x, y = w // 2, 780 if tall else 590
    if CIRCUMFLEX in marks:  # Helvetica has â ê ô
        marks.remove(CIRCUMFLEX)
        base = unicodedata.normalize("NFC", base + CIRCUMFLEX)
        lift = 150
    else:
        lift = 130 if BREVE in marks else 0
    bare_i = base == "i" and marks and marks != [DOT]
    code = DOTLESS_I if bare_i else {"Đ": 0xD0}.get(base) or base.encode("cp1252")[0]
    out.append(f"BT /H 1000 Tf <{code:02x}> Tj ET 60 w")
    for mark in marks:
        if mark == HORN:
            top = 700 if tall else 500
            out.append(f"{w-60} {top-30} m {w+60} {top-30} {w+50} {top+90} {w+20} {top+130} c S")
        else:
            out.append(STROKES[mark](x, y + (0 if mark == BREVE else lift)))
    return " ".join(out)


class Page:
    def __init__(self, font):
        self.font, self.ops = font, []

    def text(self, x, y, size, words, right=False):
        codes = "".join(f"{self.font.setdefault(c, len(self.font) + 33):02x}" for c in words)
        if right:
            x -= sum(map(width, words)) * size / 1000
        self.ops.append(f"BT /V {size} Tf {x:.1f} {y} Td <{codes}> Tj ET")

    def line(self, y):
        self.ops.append(f"0.5 w 0.6 G 57 {y} m 538 {y} l S 0 G")

    def bar(self, x, y, length):
        self.ops.append(f"0.1 0.35 0.6 rg {x} {y} {length} 9 re f 0 g")


def comma(n):
    return f"{n:.1f}".replace(".", ",")


def fill(page):
    page.text(57, 780, 10, "BỘ THÔNG TIN VÀ TRUYỀN THÔNG - TRUNG TÂM THÔNG TIN")
    page.text(57, 744, 18, "SỐ LIỆU CHUYỂN ĐỔI SỐ")
    page.text(57, 726, 10, "Phụ lục kèm Thông cáo báo chí số 12/TC-TTTT ngày 24 tháng 11 năm 2026")
    page.text(57, 708, 10, "SỐ LIỆU MẪU để thử hệ thống, không phải số liệu thật; không trích dẫn.")
    page.text(57, 672, 12, "1. Chỉ tiêu chung")
    page.line(664)
    for i, (what, unit, now, goal) in enumerate((
            ("Chỉ tiêu", "Đơn vị", "Thực hiện", "Mục tiêu"),
            ("Dịch vụ công trực tuyến toàn trình", "%", "55,5", "80,0"),
            ("Hồ sơ xử lý trên môi trường mạng", "%", "63,2", "90,0"),
            ("Hộ gia đình có cáp quang", "%", "79,1", "85,0"),
            ("Người dân có tài khoản định danh điện tử", "%", "71,4", "75,0"),
            ("Doanh nghiệp nhỏ và vừa dùng nền tảng số", "%", "48,7", "50,0"),
            ("Tổ công nghệ số cộng đồng ở thôn, bản", "nghìn tổ", "74,2", "80,0"))):
        y = 650 - 18 * i
        page.text(57, y, 10, what)
        page.text(330, y, 10, unit)
        page.text(450, y, 10, now, right=True)
        page.text(538, y, 10, goal, right=True)
        page.line(y - 6)
    page.text(57, 500, 12, "2. Tỷ lệ hồ sơ trực tuyến bình quân theo vùng (%)")
    for i, (region, mean) in enumerate((
            ("Trung du và miền núi phía Bắc", 61.4),
            ("Đồng bằng sông Hồng", 72.7),
            ("Bắc Trung Bộ và duyên hải miền Trung", 65.9),
            ("Tây Nguyên", 58.3),
            ("Đông Nam Bộ", 74.5),
            ("Đồng bằng sông Cửu Long", 60.1))):
        y = 474 - 22 * i
        page.text(57, y, 10, region)
        page.bar(280, y - 1, round(mean * 2.6))
        page.text(538, y, 10, comma(mean), right=True)
    page.text(57, 326, 10, "Tổng hợp từ báo cáo của 63 Sở Thông tin và Truyền thông.")


def to_unicode(font):
    entries = "\n".join(f"<{code:02x}> <{ord(c):04x}>" for c, code in font.items())
    return ("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CMapName /press def /CMapType 2 def\n"
            "1 begincodespacerange <00> <ff> endcodespacerange\n"
            f"{len(font)} beginbfchar\n{entries}\nendbfchar\nendcmap end end")


def stream(text):
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def type3(font, first_glyph, cmap):
    """ISO 32000-1 section 9.6.5; glyph n is object first_glyph + n."""
    codes = range(33, 33 + len(font))
    procs = " ".join(f"/g{c} {first_glyph + c - 33} 0 R" for c in codes)
    return (f"<< /Type /Font /Subtype /Type3 /FontBBox [0 -250 1100 1100]\n"
            f"/FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 33 /LastChar {codes[-1]}\n"
            f"/Widths [{' '.join(str(width(c)) for c in font)}]\n"
            f"/Encoding << /Type /Encoding /Differences [33 {' '.join(f'/g{c}' for c in codes)}] >>\n"
            f"/CharProcs << {procs} >> /Resources << /Font << /H 3 0 R >> >>\n"
            f"/ToUnicode {cmap} 0 R >>")


def document():
    font = {}  # letter -> code, in order of first use
    page = Page(font)
    fill(page)
    assert len(font) <= 200, "one font has codes for so many letters"
    title = (b"\xfe\xff" + TITLE.encode("utf-16-be")).hex()
    return [
        "<< /Type /Catalog /Pages 2 0 R /Lang (vi-VN) >>",
        "<< /Type /Pages /Kids [6 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding\n"
        f"<< /BaseEncoding /WinAnsiEncoding /Differences [{DOTLESS_I} /dotlessi] >> >>",
        type3(font, 9, 5),
        stream(to_unicode(font)),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]\n"
        "/Resources << /Font << /V 4 0 R >> >> /Contents 7 0 R >>",
        stream("\n".join(page.ops)),
        f"<< /Title <{title}> /CreationDate (D:20261124080000+07'00') >>",
    ] + [stream(glyph(c)) for c in font]


def pdf(objects):
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for n, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{n} 0 obj\n{body}\nendobj\n".encode("ascii")
    table = "".join(f"{at:010d} 00000 n \n" for at in offsets)
    size = len(objects) + 1
    return out + (f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n"
                  f"<< /Size {size} /Root 1 0 R /Info 8 0 R >>\n"
                  f"startxref\n{len(out)}\n%%EOF\n").encode("ascii")


def main():
    made = pdf(document())
    if sys.argv[1:] == ["--check"]:
        if not OUT.exists() or OUT.read_bytes() != made:
            sys.exit(f"{OUT}: not what make-pdf.py makes; run it and commit the result")
        return
    if sys.argv[1:]:
        sys.exit("usage: make-pdf.py [--check]")
    OUT.write_bytes(made)


main()
