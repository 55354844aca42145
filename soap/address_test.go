package soap

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"rivgate/soap/guard"
)

func TestAddressed(t *testing.T) {
	to := xml.Name{Space: NamespaceAddressing, Local: "To"}
	logical := xml.Name{Space: NamespaceRegistry, Local: "LogicalAddress"}
	const begin = `<?xml version="1.0"?>` + "\r\n<!-- &kept; --><e:Envelope xmlns:e='" + NamespaceEnvelope +
		"' xmlns:a=\"" + NamespaceAddressing + `" xmlns:r="` + NamespaceRegistry + `"><e:Header>`
	const end = `<x xmlns="urn:x" a="&lt;"><![CDATA[a<b]]>&amp;&#65;<?pi x?><!-- c --></x></e:Header><e:Body><b ` +
		`xmlns="urn:b"><![CDATA[<to/>]]>&gt;</b></e:Body></e:Envelope>` + "\n"
	for _, c := range []struct {
		sentence, from string
		header         xml.Name
		want           string
	}{
		{
			"To becomes LogicalAddress", `<a:To>SE1</a:To>`, logical,
			`<rcv:LogicalAddress xmlns:rcv="` + NamespaceRegistry + `">SE1</rcv:LogicalAddress>`,
		},
		{
			"LogicalAddress becomes To", `<r:LogicalAddress>SE1</r:LogicalAddress >`, to,
			`<rcv:To xmlns:rcv="` + NamespaceAddressing + `">SE1</rcv:To>`,
		},
		{
			"text, CDATA and references of the receiver stay", "<a:To> S<![CDATA[E]]>&#49;\r\n</a:To>", logical,
			`<rcv:LogicalAddress xmlns:rcv="` + NamespaceRegistry + "\"> S<![CDATA[E]]>&#49;\r\n</rcv:LogicalAddress>",
		},
		{
			"attributes stay, and their prefixes",
			`<To xmlns="` + NamespaceAddressing + `" xmlns:rcv="urn:rcv1" rcv:x="1" e:mustUnderstand = '1' >SE1</To>`, logical,
			`<rcv2:LogicalAddress xmlns:rcv2="` + NamespaceRegistry + `" xmlns="` + NamespaceAddressing +
				`" xmlns:rcv="urn:rcv1" rcv:x="1" e:mustUnderstand = '1' >SE1</rcv2:LogicalAddress>`,
		},
		{
			"a To after LogicalAddress gives way",
			`<r:LogicalAddress>SE1</r:LogicalAddress><!-- c --><a:To e:mustUnderstand="1">http://x</a:To>`, to,
			`<rcv:To xmlns:rcv="` + NamespaceAddressing + `">SE1</rcv:To><!-- c -->`,
		},
		{
			"a To before LogicalAddress gives way, an empty one too", `<a:To/><r:LogicalAddress>SE1</r:LogicalAddress>`, to,
			`<rcv:To xmlns:rcv="` + NamespaceAddressing + `">SE1</rcv:To>`,
		},
		{
			"both, and LogicalAddress is wanted", `<a:To>http://x</a:To><r:LogicalAddress>SE1</r:LogicalAddress>`, logical,
			`<a:To>http://x</a:To><r:LogicalAddress>SE1</r:LogicalAddress>`,
		},
		{"To stays To", `<a:To>SE1</a:To>`, to, `<a:To>SE1</a:To>`},
		{
			"the newer LogicalAddress is one too",
			`<LogicalAddress xmlns="` + guard.NamespaceRegistry2 + `">SE1</LogicalAddress>`, logical,
			`<LogicalAddress xmlns="` + guard.NamespaceRegistry2 + `">SE1</LogicalAddress>`,
		},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			message, want := begin+c.from+end, begin+c.want+end
			whole, err := ReadRequest(strings.NewReader(message), ContentType, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := whole.WithReceiver(c.header); string(got) != want {
				t.Errorf("whole: %s", got)
			}
			if string(whole.UTF8()) != message {
				t.Error("the message itself was changed")
			}
			again, err := ReadRequest(strings.NewReader(want), ContentType, Limits{})
			if err != nil || strings.TrimSpace(again.Receiver) != "SE1" {
				t.Errorf("what came out does not pass the guard: %v", err)
			}
			long := strings.Replace(message, "&gt;", strings.Repeat("&gt;<![CDATA[]]>\n", 40<<10), 1)
			wanted := strings.Replace(want, "&gt;", strings.Repeat("&gt;<![CDATA[]]>\n", 40<<10), 1)
			part, err := ReadRequest(iotest.HalfReader(strings.NewReader(long)), ContentType, Limits{Whole: 4 << 10})
			if err != nil || part.Complete {
				t.Fatal("not a stream", err)
			}
			got, err := io.ReadAll(part.StreamWithReceiver(c.header))
			if err != nil || !bytes.Equal(got, []byte(wanted)) {
				t.Errorf("streamed: %v, %d bytes of %d", err, len(got), len(wanted))
			}
		})
	}
}

// Whatever passes the guard passes it after a change of profile too, for the same receiver, and comes back by the
// change back.
func FuzzAddressed(f *testing.F) {
	for _, header := range []string{
		`<a:To>SE1</a:To>`,
		`<LogicalAddress xmlns="` + NamespaceRegistry + `" rcv="" xmlns:rcv1="urn:x">S<![CDATA[E]]>&#49;</LogicalAddress>`,
		`<a:To/><LogicalAddress xmlns="` + guard.NamespaceRegistry2 + `">SE1</LogicalAddress>`,
	} {
		f.Add(
			[]byte(
				`<e:Envelope xmlns:e="` + NamespaceEnvelope + `" xmlns:a="` + NamespaceAddressing + `"><e:Header>` + header +
					`</e:Header><e:Body><x/></e:Body></e:Envelope>`,
			),
		)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		r, err := ReadRequest(bytes.NewReader(message), ContentType, Limits{})
		if err != nil {
			return
		}
		header := xml.Name{Space: NamespaceAddressing, Local: "To"}
		if r.Profile == RIVTABP20 {
			header = xml.Name{Space: NamespaceRegistry, Local: "LogicalAddress"}
		}
		other, err := ReadRequest(bytes.NewReader(r.WithReceiver(header)), ContentType, Limits{
			Name: 1 << 10, Attributes: 129, Namespaces: 129,
		})
		if err != nil || other.Receiver != r.Receiver || other.Profile == r.Profile ||
			!bytes.Equal(other.BodyChild(), r.BodyChild()) {
			t.Fatalf("%v: %s", err, r.WithReceiver(header))
		}
	})
}
