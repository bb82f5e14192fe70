"""Makes the two subset fonts of this folder.

Input: AtkinsonHyperlegibleNext Regular and Bold, version 2.001, from the npm
package @expo-google-fonts/atkinson-hyperlegible-next 0.4.1 (SIL OFL 1.1).
Needs fonttools and brotli. Usage: make_fonts.py FOLDER_OF_THE_PACKAGE

The font lacks the micro sign, the narrow no-break space, arrows, triangles
and marks; they are added here as simple shapes in its weight, so that a page
never depends on the fonts of the reader's machine.
"""

import sys

from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

TEXT = [*range(0x20, 0x7F), *range(0xA0, 0x180)]
SIGNS = [ord(c) for c in "−≤≥≠±×•–—…€²³‘’“”‹›ˆ˜\u03bc"]


def polygons(*shapes):
    pen = TTGlyphPen(None)
    for points in shapes:
        pen.moveTo(points[0])
        for point in points[1:]:
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


def circle(cx, cy, r, clockwise=True):
    k = r * 0.4142
    on = [(cx, cy + r), (cx + r, cy), (cx, cy - r), (cx - r, cy)]
    off = [((cx + k, cy + r), (cx + r, cy + k)), ((cx + r, cy - k), (cx + k, cy - r)),
           ((cx - k, cy - r), (cx - r, cy - k)), ((cx - r, cy + k), (cx - k, cy + r))]
    segments = [(on[i], off[i], on[(i + 1) % 4]) for i in range(4)]
    if not clockwise:
        segments = [(end, control[::-1], start) for start, control, end in segments[::-1]]
    return segments


def rings(*circles):
    pen = TTGlyphPen(None)
    for segments in circles:
        pen.moveTo(segments[0][0])
        for _, control, end in segments:
            pen.qCurveTo(*control, end)
        pen.closePath()
    return pen.glyph()


def bar(x1, y1, x2, y2, w):
    """A stroke of width `w` from one point to the other."""
    dx, dy = x2 - x1, y2 - y1
    length = (dx * dx + dy * dy) ** 0.5
    nx, ny = -dy / length * w / 2, dx / length * w / 2
    corners = [(x1 + nx, y1 + ny), (x2 + nx, y2 + ny), (x2 - nx, y2 - ny), (x1 - nx, y1 - ny)]
    return [(round(x), round(y)) for x, y in corners]


def drawn(w):
    """Code point, name, width and outline; `w` is the stroke of the weight."""
    mid, left, right = 330, 60, 640
    return [
        (0x2192, "arrowright", 700, polygons(bar(left, mid, right - 40, mid, w), bar(right, mid, 430, 540, w), bar(right, mid, 430, 120, w))),
        (0x2191, "arrowup", 560, polygons(bar(280, 20, 280, 640, w), bar(280, 660, 80, 450, w), bar(280, 660, 480, 450, w))),
        (0x2193, "arrowdown", 560, polygons(bar(280, 660, 280, 40, w), bar(280, 20, 80, 230, w), bar(280, 20, 480, 230, w))),
        (0x25B2, "triangleup", 660, polygons([(330, 620), (620, 60), (40, 60)])),
        (0x25BC, "triangledown", 660, polygons([(40, 620), (620, 620), (330, 60)])),
        (0x25CF, "blackcircle", 660, rings(circle(330, 335, 250))),
        (0x25CB, "whitecircle", 660, rings(circle(330, 335, 250), circle(330, 335, 250 - w, clockwise=False))),
        (0x2713, "check", 680, polygons(bar(60, 330, 262, 92, w * 1.2), bar(235, 70, 620, 610, w * 1.2))),
        (0x2717, "cross", 640, polygons(bar(80, 95, 560, 575, w * 1.2), bar(80, 575, 560, 95, w * 1.2))),
    ]


def main(folder):
    for weight, stroke, path in [
        ("Regular", 80, "400Regular/AtkinsonHyperlegibleNext_400Regular.ttf"),
        ("Bold", 124, "700Bold/AtkinsonHyperlegibleNext_700Bold.ttf"),
    ]:
        font = TTFont(f"{folder}/{path}", recalcTimestamp=False)
        options = subset.Options()
        options.layout_features = ["kern", "tnum", "mark", "ccmp"]
        options.hinting = False
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=TEXT + SIGNS)
        subsetter.subset(font)
        order = font.getGlyphOrder()
        for code, name, width, glyph in drawn(stroke):
            order.append(name)
            font["glyf"].glyphs[name] = glyph
            glyph.recalcBounds(font["glyf"])
            font["hmtx"].metrics[name] = (width, glyph.xMin)
            for table in font["cmap"].tables:
                table.cmap[code] = name
        font.setGlyphOrder(order)
        best = font.getBestCmap()
        for table in font["cmap"].tables:
            table.cmap[0xB5] = best[0x3BC]
            table.cmap[0x202F] = best[0xA0]
        # plotters takes a line to be 1.24 em when it measures; say so in the font.
        font["hhea"].ascent = font["OS/2"].sTypoAscender = font["OS/2"].usWinAscent = 950
        font["hhea"].descent = font["OS/2"].sTypoDescender = -290
        font["OS/2"].usWinDescent = 290
        font["hhea"].lineGap = font["OS/2"].sTypoLineGap = 0
        if "GDEF" in font and font["GDEF"].table.GlyphClassDef is None:
            del font["GDEF"]
        font.save(f"report-{weight}.ttf")
        font.flavor = "woff2"
        font.save(f"report-{weight}.woff2")


main(sys.argv[1])
