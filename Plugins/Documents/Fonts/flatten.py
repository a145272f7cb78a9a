# What the PDF library's subsetter can't follow, changed in place in VLGothicJIS.ttf: glyphs that are composed of others are
# drawn out, and a letter of half width comes last, so that every glyph has a width of its own in the table.
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

font = TTFont("VLGothicJIS.ttf", lazy=False)
font.ensureDecompiled()
glyphs, shapes = font["glyf"], font.getGlyphSet()
for name in font.getGlyphOrder():
    if glyphs[name].isComposite():
        parts = DecomposingRecordingPen(shapes)
        shapes[name].draw(parts)
        pen = TTGlyphPen(None)
        parts.replay(pen)
        glyphs[name] = pen.glyph()

last = font.getBestCmap()[ord("A")]
order = [name for name in font.getGlyphOrder() if name != last] + [last]
font.setGlyphOrder(order)
glyphs.glyphOrder = order
font["maxp"].recalc(font)
font.save("VLGothicJIS.ttf")
