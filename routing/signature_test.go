package routing_test

import (
	"strings"
	"testing"

	"rivgate/routing"
)

func TestSignatureOfARoute(t *testing.T) {
	rules := routing.Rules{
		SendContract: "urn:send", ReturnContract: "urn:return", Durable: func(string) bool { return true },
	}
	for _, c := range []struct {
		name, address string
		signature     routing.Signature
		problem       string
	}{
		{"nothing asked", "https://a.example/", routing.SignatureNone, ""},
		{"signed and required", "https://a.example/", routing.SignatureBoth, ""},
		{"required of what comes to an inbox", routing.AddressInbox, routing.SignatureRequire, ""},
		{"signed to an inbox, which sends nothing on", routing.AddressInbox, routing.SignatureSign, "signature-in-house"},
		{"a word that nobody knows", "https://a.example/", "maybe", "signature-unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := routing.Row{Contract: "urn:send", Receiver: "SE1", Address: c.address, Signature: c.signature}
			table, err := routing.NewTable(routing.Catalogue{Routes: []routing.Row{row}}, rules)
			if c.problem != "" {
				problems := routing.TableProblems(err)
				if len(problems) != 1 || problems[0].Code != c.problem {
					t.Errorf("got %v, want %s", err, c.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			route, err := table.Route(routing.Call{Contract: "urn:send", Receiver: "SE1"}, noon("2026-03-02"))
			if err != nil || route.Signature != c.signature {
				t.Errorf("got %q, %v", route.Signature, err)
			}
		})
	}
	if unknown := routing.Signature("maybe"); !unknown.Requires() || unknown.Signs() {
		t.Error("a value that is not known lets in what is not signed")
	}
	for _, s := range routing.Signatures() {
		if !routing.SignatureOf(string(s)).Known() || !strings.Contains(routing.SignaturesInWords, string(s)) {
			t.Errorf("%q is not known, or not in the words", s)
		}
	}
}
