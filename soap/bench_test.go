package soap

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"rivgate/soap/guard"
)

// sized is a request of at least n bytes: short elements, or one long text as an attachment is.
func sized(n int, attachment bool) []byte {
	filler := strings.Repeat(
		`<p:row id="1" code="abc"><p:text>Väntetiden var för lång &amp; ingen svarade.</p:text></p:row>`+"\n", n/100+1,
	)
	if attachment {
		filler = "<p:value>" + strings.Repeat("SGVqIHDDpSBkaWcsIGtvcnQgdGV4dCBzb20gYmFzNjQ=", n/44+1) + "</p:value>"
	}
	return []byte(message("Hej", filler[:strings.LastIndexByte(filler, '>')+1]))
}

func benchmarkPeek(b *testing.B, text []byte) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Peek(text, ContentType, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPeek5KB(b *testing.B) { benchmarkPeek(b, sized(5<<10, false)) }
func BenchmarkPeek5MB(b *testing.B) { benchmarkPeek(b, sized(5<<20, false)) }

func benchmarkGuard(b *testing.B, text []byte) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		g := guard.New(guard.Limits{})
		if _, err := g.Feed(text, true); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGuard5KB(b *testing.B)           { benchmarkGuard(b, sized(5<<10, false)) }
func BenchmarkGuard5MB(b *testing.B)           { benchmarkGuard(b, sized(5<<20, false)) }
func BenchmarkGuard5MBAttachment(b *testing.B) { benchmarkGuard(b, sized(5<<20, true)) }

// BenchmarkGuard100KBTags is a message of nothing but short elements, the guard's hardest.
func BenchmarkGuard100KBTags(b *testing.B) {
	var rows strings.Builder
	for i := range 500 {
		fmt.Fprintf(&rows, "      <p:activity><p:id>%08x-%06d</p:id><p:careUnitId>SE%010d-%04d</p:careUnitId>"+
			"<p:note>Synpunkt %d: väntetid till återbesök för patient på mottagning %d.</p:note></p:activity>\n", i*7919, i, i,
			i, i, i)
	}
	benchmarkGuard(b, []byte(message("Hej", rows.String())))
}

func BenchmarkReadRequest5KB(b *testing.B) {
	text := sized(5<<10, false)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadRequest(bytes.NewReader(text), ContentType, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStream5MB(b *testing.B) {
	text := sized(5<<20, false)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := ReadRequest(bytes.NewReader(text), ContentType, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.Stream()); err != nil {
			b.Fatal(err)
		}
	}
}
