package relay_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/soap"
	"rivgate/soap/guard"
	"rivgate/soap/signature"
	"rivgate/soap/signature/signaturetest"
	"rivgate/store"
)

const anyContract = "urn:riv:rivgate:test:AnyResponder:1"

// signedWorld is a gateway whose routes ask for signatures, and who can make them.
type signedWorld struct {
	*world
	authority *signaturetest.Authority
}

func newSignedWorld(t testing.TB) *signedWorld {
	t.Helper()
	w := newWorldOn(t, `
  - {contract: "`+anyContract+`", to: SE2010123456-VC01, address: "http://producer/echo", signature: require}
  - {contract: "`+anyContract+`", to: SE2010123456-VC02, address: "http://producer/echo", signature: sign}
  - {contract: "`+anyContract+`", to: SE2010123456-VC03, address: "http://producer/echo", signature: both}
  - {contract: "`+anyContract+`", to: SE2010123456-VC04, address: "http://producer/echo"}
`)
	s := &signedWorld{w, signaturetest.NewAuthority(t, w.clock())}
	verifier := &signature.Verifier{Trust: []*x509.Certificate{s.authority.Certificate}}
	signer := s.signer(gateway)
	w.Signatures = relay.Signatures{
		Verifier: func() *signature.Verifier { return verifier }, Signer: func() *signature.Signer { return signer },
	}
	return s
}

// signer signs as a system.
func (s *signedWorld) signer(id string) *signature.Signer {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	pair := s.authority.Issue(s.t, key, func(c *x509.Certificate) { c.Subject.ExtraNames[0].Value = id })
	return s.signerWith(pair)
}

func (s *signedWorld) signerWith(pair tls.Certificate) *signature.Signer {
	s.t.Helper()
	signer, err := signature.NewSigner(pair)
	if err != nil {
		s.t.Fatal(err)
	}
	signer.NewID = s.newID
	return signer
}

// sign is an envelope with the signature of a system, made now.
func (s *signedWorld) sign(by *signature.Signer, envelope []byte) []byte {
	s.t.Helper()
	m := readMessage(s.t, envelope)
	head, err := by.Sign(m, s.clock())
	if err != nil {
		s.t.Fatal(err)
	}
	return append(head, envelope[len(m.Head):]...)
}

func readMessage(t testing.TB, envelope []byte) signature.Message {
	t.Helper()
	g := guard.New(guard.Limits{})
	if _, err := g.Feed(envelope, true); err != nil {
		t.Fatalf("%v: %s", err, envelope)
	}
	return signature.Bytes(envelope, g.BodyStart)
}

// to is the message of the signature's tests, for a receiver.
func to(receiver string) []byte {
	return []byte(strings.Replace(signaturetest.Envelope, "SE2010123456-VC01", receiver, 1))
}

// why is the code of the signature's refusal in the log; "" where there is none.
func (s *signedWorld) why() string {
	entries := s.logs.FilterMessage("call refused").TakeAll()
	if len(entries) == 0 {
		return ""
	}
	cause, _ := entries[len(entries)-1].ContextMap()["cause"].(string)
	code, _, _ := strings.Cut(cause, ":")
	return code
}

func TestARouteThatRequiresASignature(t *testing.T) {
	s := newSignedWorld(t)
	own := s.signer(portal)
	signed := s.sign(own, to("SE2010123456-VC01"))
	if got := s.post(portal, signed); got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	sent := s.producer.bodies[0]
	if bytes.Contains(sent, []byte("Security")) || !bytes.Contains(sent, []byte("ett &lt; två")) {
		t.Errorf("this was sent on: %s", sent)
	}
	for _, c := range []struct {
		name, sender string
		envelope     []byte
		fault, why   string
	}{
		{"the same once more", portal, signed, "FailedCheck", "signature-replayed"},
		{"not signed", portal, to("SE2010123456-VC01"), "InvalidSecurity", "signature-missing"},
		{
			"signed by another", portal, s.sign(s.signer(stranger), to("SE2010123456-VC01")), "FailedCheck",
			"signature-sender",
		},
		{
			"changed", portal, bytes.Replace(s.sign(own, to("SE2010123456-VC01")), []byte("ett"), []byte("fem"), 1),
			"FailedCheck", "signature-digest",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.post(c.sender, c.envelope)
			fault, is := soap.ReadFault(got.body)
			if !is || !strings.HasSuffix(fault.Code, "}"+c.fault) || !strings.HasPrefix(fault.String, "VP015 ") {
				t.Errorf("answered %s", got.body)
			}
			if why := s.why(); why != c.why {
				t.Errorf("the log says %q, not %q", why, c.why)
			}
			if strings.Contains(string(got.body), "digest") || strings.Contains(string(got.body), "replayed") {
				t.Errorf("the caller learns too much: %s", got.body)
			}
		})
	}
	s.pass(6 * time.Minute)
	got := s.post(portal, s.sign(own, to("SE2010123456-VC01")))
	if got.status != http.StatusOK {
		t.Errorf("signed anew: %s", got.body)
	}
	late := s.sign(own, to("SE2010123456-VC01"))
	s.pass(6 * time.Minute)
	if got := s.post(portal, late); !bytes.Contains(got.body, []byte(":MessageExpired</faultcode>")) {
		t.Errorf("too late: %s", got.body)
	}
	if n := len(s.producer.bodies); n != 2 {
		t.Errorf("%d messages were sent on, not 2", n)
	}
	discreet(t, s.world)
}

// A call that reached nobody may come again as it is.
func TestASignedCallThatWasNotSentMayComeAgain(t *testing.T) {
	s := newSignedWorld(t)
	signed := s.sign(s.signer(portal), to("SE2010123456-VC01"))
	working := s.currentTable()
	away := s.catalogue
	for i := range away.Routes {
		if away.Routes[i].Contract == anyContract {
			away.Routes[i].Address = s.nobody
		}
	}
	s.setTable(s.build(away))
	if got := s.post(portal, signed); !bytes.Contains(got.body, []byte("VP009")) {
		t.Fatalf("where nobody listens: %s", got.body)
	}
	s.setTable(working)
	if got := s.post(portal, signed); got.status != http.StatusOK {
		t.Errorf("the same later: %s", got.body)
	}
}

func TestARouteThatSigns(t *testing.T) {
	s := newSignedWorld(t)
	for _, receiver := range []string{"SE2010123456-VC02", "SE2010123456-VC03"} {
		envelope := to(receiver)
		if receiver == "SE2010123456-VC03" {
			envelope = s.sign(s.signer(portal), envelope)
		}
		if got := s.post(portal, envelope); got.status != http.StatusOK {
			t.Fatalf("%s: status %d: %s", receiver, got.status, got.body)
		}
		sent := s.producer.bodies[len(s.producer.bodies)-1]
		s.signedByUs(sent)
		if n := bytes.Count(sent, []byte("<wsse:Security ")); n != 1 {
			t.Errorf("%s: %d Securities in %s", receiver, n, sent)
		}
	}
	s.Signatures.Signer = nil
	if got := s.post(portal, to("SE2010123456-VC02")); !bytes.Contains(got.body, []byte("VP012")) {
		t.Errorf("without a key: %s", got.body)
	}
}

// signedByUs fails the test where a message does not have the gateway's signature.
func (s *signedWorld) signedByUs(envelope []byte) {
	s.t.Helper()
	signed, err := s.Signatures.Verifier().Verify(readMessage(s.t, envelope), signature.Terms{}, s.clock())
	if err != nil {
		s.t.Fatalf("%v: %s", err, envelope)
	}
	for _, name := range signed.Certificate.Subject.Names {
		if name.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 5}) && name.Value != gateway {
			s.t.Errorf("signed by %v", name.Value)
		}
	}
}

// What mustUnderstand says of a WS-Security header stays so where the route does not ask for a signature.
func TestSecurityWhereNobodyAsks(t *testing.T) {
	s := newSignedWorld(t)
	own := s.signer(portal)
	for _, c := range []struct{ name, receiver, want string }{
		{"passed on as it came", "SE2010123456-VC04", ""},
		{"where we only sign", "SE2010123456-VC02", ":MustUnderstand</faultcode>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			signed := s.sign(own, to(c.receiver))
			got := s.post(portal, signed)
			if c.want != "" {
				if !bytes.Contains(got.body, []byte(c.want)) {
					t.Errorf("answered %s", got.body)
				}
				return
			}
			if sent := s.producer.bodies[len(s.producer.bodies)-1]; !bytes.Equal(sent, signed) {
				t.Errorf("this was sent on: %s", sent)
			}
		})
	}
	complaint := s.sign(own, written(t, complaint(systemUnit, "1")))
	if got := s.post(portal, complaint); !bytes.Contains(got.body, []byte(":MustUnderstand</faultcode>")) {
		t.Errorf("a complaint: %s", got.body)
	}
}

// A complaint that is queued: it must be signed, is stored without the signature, and goes on with ours, made for each
// attempt. The same again gets the first answer.
func TestSignedComplaints(t *testing.T) {
	s := newSignedWorld(t)
	both := s.catalogue
	for i := range both.Routes {
		if both.Routes[i].Receiver == systemUnit {
			both.Routes[i].Signature = "both"
		}
	}
	s.setTable(s.build(both))
	unsigned := written(t, complaint(systemUnit, "1"))
	if got := s.post(portal, unsigned); !bytes.Contains(got.body, []byte(":InvalidSecurity</faultcode>")) {
		t.Fatalf("not signed: %s", got.body)
	}
	signed := s.sign(s.signer(portal), unsigned)
	first, again := s.post(portal, signed), s.post(portal, signed)
	if first.status != http.StatusOK || !bytes.Equal(first.body, again.body) {
		t.Fatalf("status %d: %s\nand again: %s", first.status, first.body, again.body)
	}
	s.pass(time.Hour) // the sender's Timestamp is long over, ours is made now
	s.work()
	if n := len(s.deliveries(store.DeliveryFilter{State: store.DeliveryDelivered})); n != 1 {
		t.Fatalf("%d messages are delivered: %+v", n, s.deliveries(store.DeliveryFilter{}))
	}
	s.signedByUs(s.producer.bodies[0])
	sound(t, s.world)
	discreet(t, s.world)
}

// A complaint with a large file, in UTF-16 with a byte order mark: what is signed is the text, however it is written.
func TestLargeSignedComplaints(t *testing.T) {
	s := newSignedWorld(t)
	s.soap.MaxMessage, s.Limits.Message = 64<<20, 64<<20
	both := s.catalogue
	for i := range both.Routes {
		if both.Routes[i].Receiver == systemUnit {
			both.Routes[i].Signature = "both"
		}
	}
	s.setTable(s.build(both))
	content := bytes.Repeat([]byte("En bilaga.\n"), 200_000) // 2.2 MB
	m := complaint(systemUnit, "1")
	m.Complaint.Attachments = []contracts.Attachment{textFile(string(content))}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(
		bytes.Replace(s.sign(s.signer(portal), written(t, m)), []byte("UTF-8"), []byte("UTF-16"), 1))
	if err != nil {
		t.Fatal(err)
	}
	got := s.postWith(http.Header{
		"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "Content-Type": {"text/xml; charset=UTF-16"},
	}, "127.0.0.1", wide)
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	s.work()
	if taken := s.producer.taken(); len(taken) != 1 || !bytes.Equal(taken[0].Complaint.Attachments[0].Value, content) {
		t.Fatalf("%d messages arrived: %+v", len(taken), s.deliveries(store.DeliveryFilter{}))
	}
	s.signedByUs(s.producer.bodies[0])
	sound(t, s.world)
	discreet(t, s.world)
}

// Messages of 20 MB are verified and signed from the disk.
func TestLargeSignedMessages(t *testing.T) {
	s := newSignedWorld(t)
	s.soap.MaxMessage, s.Limits.Message = 64<<20, 64<<20
	s.producer.turned = func(w http.ResponseWriter) bool {
		_, _ = w.Write([]byte(`<e:Envelope xmlns:e="` + guard.NamespaceEnvelope + `"><e:Body><ok/></e:Body></e:Envelope>`))
		return true
	}
	own := s.signer(portal)
	large := bytes.Replace(to("SE2010123456-VC03"), []byte("<m:b/>"),
		append([]byte("<m:b>"), append(bytes.Repeat([]byte("QUJD"), 5<<20), "</m:b>"...)...), 1)
	signed := s.sign(own, large)
	got := s.post(portal, signed)
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %.500s", got.status, got.body)
	}
	s.signedByUs(s.producer.bodies[0])
	changed := bytes.Replace(s.sign(own, large), []byte("QUJDQUJD</m:b>"), []byte("QUJDQUJE</m:b>"), 1)
	if got := s.post(portal, changed); !bytes.Contains(got.body, []byte(":FailedCheck</faultcode>")) || s.why() == "" {
		t.Errorf("changed at its end: %.500s", got.body)
	}
	if n := len(s.producer.bodies); n != 1 {
		t.Errorf("%d messages were sent on", n)
	}
}

// Pins name certificates that a sender may sign with, whatever they say of themselves.
func TestPinnedSenders(t *testing.T) {
	s := newSignedWorld(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pair := s.authority.Issue(t, key, func(c *x509.Certificate) { c.Subject.ExtraNames = nil })
	pinned := s.signerWith(pair)
	if got := s.post(portal, s.sign(pinned, to("SE2010123456-VC01"))); s.why() != "signature-sender" {
		t.Errorf("a certificate without HSA-id: %s", got.body)
	}
	s.Signatures.Pins = map[string][][32]byte{portal: {signature.Fingerprint(pair.Certificate[0])}}
	if got := s.post(portal, s.sign(pinned, to("SE2010123456-VC01"))); got.status != http.StatusOK {
		t.Errorf("the same, pinned: %s", got.body)
	}
	if got := s.post(portal, s.sign(s.signer(portal), to("SE2010123456-VC01"))); s.why() != "signature-pin" {
		t.Errorf("the sender's own that is not pinned: %s", got.body)
	}
}
