# Every letter of ASCII and JIS X 0208 (with its kana and punctuation), one code point a line.
letters = set(range(0x20, 0x7F)) | {0x3000}
for row in range(0x21, 0x7F):
    for cell in range(0x21, 0x7F):
        try:
            letters.add(ord((bytes([row | 0x80, cell | 0x80])).decode("euc_jp")))
        except (UnicodeDecodeError, TypeError):
            pass
letters |= {0x00A5, 0x2013, 0x2014, 0x2022, 0x20AC, 0xFF0D, 0xFF5E, 0x2212, 0x301C, 0x2225, 0x2016}
print("\n".join(f"U+{c:04X}" for c in sorted(letters)))
