// Package signature signs SOAP 1.1 messages and verifies their signatures: WS-Security 1.1 with an X.509 certificate as
// BinarySecurityToken, over Body, the header that names the receiver, and a Timestamp. It gives what is referenced its
// exclusive canonical form as it passes, so that a message of any size takes no more memory than its head; keys, the
// SignedInfo and its canonical form are goxmldsig's.
//
// It does not know routes, senders or stores: it says what is covered, and by which certificate. Messages have passed
// the guard before they come here.
package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"io"
	"time"

	dsig "github.com/russellhaering/goxmldsig"

	"rivgate/soap/guard"
)

// The namespaces of WS-Security 1.1 and XML Signature.
const (
	NamespaceSecurity = guard.NamespaceSecurity
	NamespaceUtility  = guard.NamespaceUtility

	namespaceSignature = dsig.Namespace
	namespaceExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	tokenX509          = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
	encodingBase64     = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)

// Message is one message, as UTF-8 without byte order mark, in two parts. Head is all before the first element in Body,
// with Body's start tag; the rest can be read as often as it is asked for.
type Message struct {
	Head []byte
	Rest func() (io.Reader, error)
}

// whole is the message from its start.
func (m Message) whole(head []byte) (io.Reader, error) {
	rest, err := m.Rest()
	if err != nil {
		return nil, err
	}
	return io.MultiReader(&bytesReader{head}, rest), nil
}

type bytesReader struct{ left []byte }

func (b *bytesReader) Read(p []byte) (int, error) {
	if len(b.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

// Code says why a signature is not accepted. It is for the log: the caller learns only what Fault says.
type Code string

// The codes of a Refusal.
const (
	Missing       Code = "signature-missing"     // there is no Security for us, or no signature in it
	Malformed     Code = "signature-malformed"   // Security is not built as it must be
	Comment       Code = "signature-comment"     // a comment in what is signed, which no signature holds
	IDTwice       Code = "signature-id"          // an id that is referred to stands more than once in the message
	Outside       Code = "signature-reference"   // a reference to what is no part of the message that may be signed
	Transform     Code = "signature-transform"   // another transform or canonical form than the exclusive one
	Algorithm     Code = "signature-algorithm"   // an algorithm that is not taken
	Uncovered     Code = "signature-uncovered"   // Body, the receiver or Timestamp is not signed
	Digest        Code = "signature-digest"      // what is signed was changed
	Value         Code = "signature-value"       // the signature is not the certificate's key's
	Certificate   Code = "signature-certificate" // the certificate cannot be read, or is of a key that is not taken
	Untrusted     Code = "signature-untrusted"   // its chain does not end in what is trusted, or it is not valid now
	KeyUsage      Code = "signature-key-usage"   // it is not for signing
	NotPinned     Code = "signature-pin"         // the sender signs with another certificate than those that are known
	OtherSender   Code = "signature-sender"      // it is another's certificate than the sender's
	Expired       Code = "signature-expired"     // Timestamp is too old, too far ahead or over
	Replayed      Code = "signature-replayed"    // the same signature came before
	NotConfigured Code = "signature-no-trust"    // nothing is trusted here
)

// Codes are all of them.
var Codes = []Code{
	Missing, Malformed, Comment, IDTwice, Outside, Transform, Algorithm, Uncovered, Digest, Value, Certificate, Untrusted,
	KeyUsage, NotPinned, OtherSender, Expired, Replayed, NotConfigured,
}

// Refusal is a signature that is not accepted. Detail is for the log, and holds nothing of the message.
type Refusal struct {
	Code   Code
	Detail string
	Cause  error
}

func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Detail }
func (r *Refusal) Unwrap() error { return r.Cause }

func refuse(code Code, format string, args ...any) error {
	return &Refusal{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Part is a part of a message that a signature can cover.
type Part string

// The parts.
const (
	Body      Part = "Body"
	Receiver  Part = "receiver" // LogicalAddress, or To where there is none
	Timestamp Part = "Timestamp"
	Token     Part = "BinarySecurityToken"
	Header    Part = "header" // any other header block
)

// Signed is what a signature that was verified says.
type Signed struct {
	Certificate *x509.Certificate
	Covered     []Part
	Created     time.Time
	Expires     time.Time // until when the signature would be accepted again: what came before is to be known until then
	Algorithm   string    // of the signature, as its URI
	ID          [32]byte  // tells the signature from all others: of what was signed and by which key, not of how
}

// method is an algorithm for signing.
type method struct {
	hash crypto.Hash
	key  x509.PublicKeyAlgorithm
}

var methods = map[string]method{
	dsig.RSASHA256SignatureMethod:   {crypto.SHA256, x509.RSA},
	dsig.RSASHA384SignatureMethod:   {crypto.SHA384, x509.RSA},
	dsig.RSASHA512SignatureMethod:   {crypto.SHA512, x509.RSA},
	dsig.ECDSASHA256SignatureMethod: {crypto.SHA256, x509.ECDSA},
	dsig.ECDSASHA384SignatureMethod: {crypto.SHA384, x509.ECDSA},
	dsig.ECDSASHA512SignatureMethod: {crypto.SHA512, x509.ECDSA},
	dsig.RSASHA1SignatureMethod:     {crypto.SHA1, x509.RSA},
	dsig.ECDSASHA1SignatureMethod:   {crypto.SHA1, x509.ECDSA},
}

var digests = map[string]crypto.Hash{
	"http://www.w3.org/2000/09/xmldsig#sha1":        crypto.SHA1,
	"http://www.w3.org/2001/04/xmlenc#sha256":       crypto.SHA256,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
	"http://www.w3.org/2001/04/xmlenc#sha512":       crypto.SHA512,
}

// minRSA is how many bits an RSA key must have.
const minRSA = 2048

// usableKey says what is wrong with a public key; "" if nothing.
func usableKey(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < minRSA {
			return fmt.Sprintf("an RSA key of %d bits: %d is the least", k.N.BitLen(), minRSA)
		}
	case *ecdsa.PublicKey:
		if k.Curve.Params().BitSize < 256 {
			return "an elliptic curve of less than 256 bits"
		}
	default:
		return "a key that is neither RSA nor ECDSA"
	}
	return ""
}
