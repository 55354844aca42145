package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"rivgate/soap/guard"
)

// Signer signs messages with one key. It may be used from many goroutines.
type Signer struct {
	NewID    func() string // for the ids of what is signed: no two alike
	Lifetime time.Duration // of a Timestamp; default DefaultMaxAge

	key         crypto.Signer
	certificate string // as base64
	method      string // of signing
}

// ErrSecurityPresent is a message that has a Security for its recipient already: what that says is not ours to keep.
var ErrSecurityPresent = errors.New("signing: the message has a Security header for its recipient")

// NewSigner is a signer with the key of a pair. The error is about the key: RSA from 2048 bits, or ECDSA on P-256,
// P-384 or P-521; the hash goes by the curve, and is SHA-256 for RSA.
func NewSigner(pair tls.Certificate) (*Signer, error) {
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok || len(pair.Certificate) == 0 {
		return nil, errors.New("a signing key: no key that can sign, or no certificate")
	}
	if reason := usableKey(key.Public()); reason != "" {
		return nil, errors.New("a signing key: " + reason)
	}
	certificate, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("reading a signing certificate: %w", err)
	}
	const signs = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if certificate.KeyUsage&signs == 0 {
		return nil, errors.New("a signing certificate: its key usage has neither digitalSignature nor nonRepudiation")
	}
	s := &Signer{key: key, certificate: base64.StdEncoding.EncodeToString(pair.Certificate[0])}
	switch k := key.Public().(type) {
	case *rsa.PublicKey:
		s.method = dsig.RSASHA256SignatureMethod
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			s.method = dsig.ECDSASHA256SignatureMethod
		case elliptic.P384():
			s.method = dsig.ECDSASHA384SignatureMethod
		default:
			s.method = dsig.ECDSASHA512SignatureMethod
		}
	}
	return s, nil
}

const digestSHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

// Sign is the head that m has when it is signed: with a Security first in Header, and an id on Body and on each header
// that names the receiver. The rest stays as it is, and is read once. now is the Timestamp's. The errors are
// ErrSecurityPresent, a *Refusal for a message that cannot be signed, and those of reading.
func (s *Signer) Sign(m Message, now time.Time) ([]byte, error) {
	h, err := readHead(m.Head)
	switch {
	case err != nil:
		return nil, readable(err)
	case h.security != nil:
		return nil, ErrSecurityPresent
	case len(h.receivers) == 0 || h.headerStart == 0:
		return nil, refuse(Uncovered, "a message without a header that names the receiver")
	}
	ids := newIDs(s.NewID())
	security := s.security(ids, now)
	text, references, at := h.withIDs(m.Head, security, ids)
	h, err = readHead(text)
	if err != nil {
		return nil, readable(err)
	}
	for i := range references {
		if references[i].node, err = h.find(references[i].id); err != nil {
			return nil, err
		}
	}
	sums, err := digest(m, text, references, ids.token, passComments)
	if err != nil {
		return nil, readable(err)
	}
	for i := range references {
		references[i].value = sums[i]
	}
	signature, err := s.signature(references, ids)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{text[:at], signature, text[at:]}, nil), nil
}

// signedIDs are the ids of one signed message.
type signedIDs struct{ base, token, timestamp string }

func newIDs(base string) signedIDs {
	return signedIDs{base: base, token: "token-" + base, timestamp: "time-" + base}
}

const securityEnd = "</wsse:Security>"

// security is the Security without its signature.
func (s *Signer) security(ids signedIDs, now time.Time) string {
	const instant = "2006-01-02T15:04:05.000Z"
	lifetime := s.Lifetime
	if lifetime <= 0 {
		lifetime = DefaultMaxAge
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<wsse:Security xmlns:wsse="%s" xmlns:wsu="%s" xmlns:soap="%s" soap:mustUnderstand="1">`,
		NamespaceSecurity, NamespaceUtility, guard.NamespaceEnvelope)
	fmt.Fprintf(&b, `<wsse:BinarySecurityToken EncodingType="%s" ValueType="%s" wsu:Id="%s">%s</wsse:BinarySecurityToken>`,
		encodingBase64, tokenX509, ids.token, s.certificate)
	fmt.Fprintf(&b,
		`<wsu:Timestamp wsu:Id="%s"><wsu:Created>%s</wsu:Created><wsu:Expires>%s</wsu:Expires></wsu:Timestamp>`,
		ids.timestamp, now.UTC().Format(instant), now.UTC().Add(lifetime).Format(instant))
	b.WriteString(securityEnd)
	return b.String()
}

// withIDs puts the Security into a head, and gives what is to be signed its ids. at is where the signature belongs.
func (h *head) withIDs(text []byte, security string, ids signedIDs) (out []byte, references []reference, at int) {
	out = append(out, text[:h.headerStart]...)
	out = append(out, security...)
	at = len(out) - len(securityEnd)
	from := h.headerStart
	add := func(b *block, id string) {
		references = append(references, reference{id: id, digest: digestSHA256})
		if b.idEnd > 0 { // it is of a signature that is not there any more
			out = append(append(out, text[from:b.idBegin]...), id...)
			from = b.idEnd
			return
		}
		tag := text[b.begin:b.tagEnd]
		prefix := "wsu"
		for n := 1; bytes.Contains(tag, []byte(prefix)); n++ {
			prefix = fmt.Sprintf("wsu%d", n)
		}
		name := b.begin + 1 + int64(nameEnd(tag[1:]))
		out = append(out, text[from:name]...)
		out = fmt.Appendf(out, ` xmlns:%s="%s" %s:Id="%s"`, prefix, NamespaceUtility, prefix, id)
		from = name
	}
	for i := range h.receivers {
		add(&h.receivers[i], fmt.Sprintf("receiver%d-%s", i, ids.base))
	}
	add(&h.body, "body-"+ids.base)
	references = append(references, reference{id: ids.timestamp, digest: digestSHA256})
	return append(out, text[from:]...), references, at
}

// signature is the Signature over references, as it is written.
func (s *Signer) signature(references []reference, ids signedIDs) ([]byte, error) {
	el := etree.NewElement("ds:Signature")
	el.CreateAttr("xmlns:ds", namespaceSignature)
	info := el.CreateElement("ds:SignedInfo")
	form := string(dsig.CanonicalXML10ExclusiveAlgorithmId)
	info.CreateElement("ds:CanonicalizationMethod").CreateAttr("Algorithm", form)
	info.CreateElement("ds:SignatureMethod").CreateAttr("Algorithm", s.method)
	for _, r := range references {
		e := info.CreateElement("ds:Reference")
		e.CreateAttr("URI", "#"+r.id)
		e.CreateElement("ds:Transforms").CreateElement("ds:Transform").CreateAttr("Algorithm", form)
		e.CreateElement("ds:DigestMethod").CreateAttr("Algorithm", r.digest)
		e.CreateElement("ds:DigestValue").SetText(base64.StdEncoding.EncodeToString(r.value))
	}
	canonical, err := canonicalSignedInfo(info, nil)
	if err != nil {
		return nil, err
	}
	value, err := s.value(canonical)
	if err != nil {
		return nil, err
	}
	el.CreateElement("ds:SignatureValue").SetText(base64.StdEncoding.EncodeToString(value))
	token := el.CreateElement("ds:KeyInfo").CreateElement("wsse:SecurityTokenReference")
	reference := token.CreateElement("wsse:Reference")
	reference.CreateAttr("URI", "#"+ids.token)
	reference.CreateAttr("ValueType", tokenX509)
	doc := etree.NewDocument()
	doc.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalEndTags: true, CanonicalText: true}
	doc.SetRoot(el)
	return doc.WriteToBytes()
}

// value signs, with goxmldsig. It writes ECDSA as ASN.1; XML Signature 1.1 section 6.4.3 has r and s one behind the
// other.
func (s *Signer) value(canonical []byte) ([]byte, error) {
	context, err := dsig.NewSigningContext(s.key, nil)
	if err != nil {
		return nil, err
	}
	if err := context.SetSignatureMethod(s.method); err != nil {
		return nil, err
	}
	value, err := context.SignString(string(canonical))
	key, isECDSA := s.key.Public().(*ecdsa.PublicKey)
	if err != nil || !isECDSA {
		return value, err
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(value, &pair); err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	half := (key.Curve.Params().N.BitLen() + 7) / 8
	value = make([]byte, 2*half)
	pair.R.FillBytes(value[:half])
	pair.S.FillBytes(value[half:])
	return value, nil
}

// Bytes is a message that is in memory; bodyStart is where the first element in Body begins.
func Bytes(text []byte, bodyStart int64) Message {
	return Message{
		Head: text[:bodyStart], Rest: func() (io.Reader, error) { return bytes.NewReader(text[bodyStart:]), nil },
	}
}
