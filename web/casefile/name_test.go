package casefile

import (
	"strings"
	"testing"
)

func TestAFileIsGivenOutUnderASafeName(t *testing.T) {
	for _, c := range []struct{ name, kind, want string }{
		{"brev.pdf", "application/pdf", "brev.pdf"},
		{"Bild 1.JPEG", "image/jpeg", "Bild 1.jpeg"},
		{"bild.png", "image/jpeg", "bild.jpg"},
		{"intyg.pdf.js", "text/plain", "intyg_pdf.txt"},
		{"kvitto.hta", "text/plain", "kvitto.txt"},
		{"lank.url", "text/plain", "lank.txt"},
		{"abc\u202efdp.js", "text/plain", "abcfdp.txt"},
		{"A\u030asa.pdf", "application/pdf", "Åsa.pdf"},
		{`C:\Users\anna\brev.pdf`, "application/pdf", "brev.pdf"},
		{"../../etc/passwd", "text/plain", "passwd.txt"},
		{"..", "text/plain", "bilaga.txt"},
		{"", "image/png", "bilaga.png"},
		{"\u200b\u00a0.pdf", "application/pdf", "pdf.pdf"},
		{"con.txt", "text/plain", "_con.txt"},
		{"LPT1", "text/plain", "_LPT1.txt"},
		{"com¹.pdf", "application/pdf", "_com¹.pdf"},
		{"a\r\nSet-Cookie: x\x00.pdf", "application/pdf", "a  Set-Cookie_ x.pdf"},
		{`"brev";x=<1>.pdf`, "application/pdf", "_brev__x=_1_.pdf"},
		{"2026.01.31 brev.pdf", "application/pdf", "2026_01_31 brev.pdf"},
		{"okänd", "", "okänd.bin"},
		{"program.exe", "", "program.bin"},
		{strings.Repeat("å", 300) + ".pdf", "application/pdf", strings.Repeat("å", 100) + ".pdf"},
	} {
		if got := SafeName(c.name, c.kind); got != c.want {
			t.Errorf("%q of %s is given out as %q, not %q", c.name, c.kind, got, c.want)
		}
	}
}
