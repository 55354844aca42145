package signature

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// large is a message with size bytes of text in its Body, which is made as it is read.
func large(size int64) Message {
	begin := strings.Index(commentless, "<m:Ask")
	return Message{
		Head: []byte(commentless[:begin]),
		Rest: func() (io.Reader, error) {
			return io.MultiReader(
				strings.NewReader(`<m:Ask xmlns:m="urn:riv:rivgate:test:AnyResponder:1">`),
				io.LimitReader(repeated{}, size),
				strings.NewReader(`</m:Ask></soapenv:Body></soapenv:Envelope>`),
			), nil
		},
	}
}

type repeated struct{}

func (repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "QUJD"[i%4]
	}
	return len(p), nil
}

// Messages of 20 MB are signed and verified in the memory that a small one takes.
func TestLargeMessagesTakeNoMemory(t *testing.T) {
	ca := newAuthority(t)
	v := &Verifier{Trust: []*x509.Certificate{ca.Certificate}}
	s := signer(t, ca.Issue(t, ecdsaKey(t, elliptic.P256()), nil))
	m := large(20 << 20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	head, err := s.Sign(m, noon)
	if err != nil {
		t.Fatal(err)
	}
	end := bytes.LastIndex(head, []byte(">")) + 1
	m.Head = head
	if _, err := v.Verify(m, Terms{}, noon); err != nil {
		t.Fatalf("%v: %s", err, head[:end])
	}
	runtime.ReadMemStats(&after)
	const most = 2 << 20
	if used := after.TotalAlloc - before.TotalAlloc; used > most {
		t.Errorf("signing and verifying 20 MB allocated %d bytes in all, the bound is %d", used, most)
	}
}

// benchmarked is a message of about size bytes with many elements.
func benchmarked(size int) string {
	var b strings.Builder
	for b.Len() < size {
		fmt.Fprintf(&b, "<m:item n=\"%d\"><m:name>Anna &amp; Åsa</m:name><m:text>väntade länge</m:text></m:item>\n", b.Len())
	}
	begin, end := strings.Index(commentless, "ett &lt;"), strings.Index(commentless, "</m:Ask>")
	return commentless[:begin] + b.String() + commentless[end:]
}

func BenchmarkSign(b *testing.B) {
	ca := newAuthority(b)
	for name, s := range map[string]*Signer{
		"rsa":   signer(b, ca.Issue(b, rsaKey(b, 2048), nil)),
		"ecdsa": signer(b, ca.Issue(b, ecdsaKey(b, elliptic.P256()), nil)),
	} {
		m := message(b, benchmarked(10<<10))
		b.Run(name+"-10k", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Sign(m, noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	ca := newAuthority(b)
	v := &Verifier{Trust: []*x509.Certificate{ca.Certificate}}
	for name, s := range map[string]*Signer{
		"rsa":   signer(b, ca.Issue(b, rsaKey(b, 2048), nil)),
		"ecdsa": signer(b, ca.Issue(b, ecdsaKey(b, elliptic.P256()), nil)),
	} {
		m := message(b, sign(b, s, benchmarked(10<<10)))
		b.Run(name+"-10k", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(m, Terms{}, noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
