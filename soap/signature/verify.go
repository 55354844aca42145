package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"hash"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"
)

// The times of a Verifier where nothing is said.
const (
	DefaultMaxAge = 5 * time.Minute
	DefaultSkew   = time.Minute
)

// Verifier verifies what others signed. The zero value trusts nobody. It may be used from many goroutines, and must not
// be copied or changed after its first use.
type Verifier struct {
	Trust  []*x509.Certificate // that a chain may end in; those that are not self-signed help to build it
	MaxAge time.Duration       // how old a Timestamp may be
	Skew   time.Duration       // how far ahead of our clock it may be

	once           sync.Once
	roots, between *x509.CertPool
}

// Terms are what is asked of one message's signature.
type Terms struct {
	SHA1 bool       // a sender that is known to sign with SHA-1, by exception
	Pins [][32]byte // SHA-256 of the certificates that the sender may sign with; none: any that is trusted
}

// Verify verifies the signature of a message: it reads its head, and the rest once. The error is a *Refusal, or that of
// reading. What is covered is judged by where it stands: the one Body, the header that names the receiver, and the
// Timestamp in the Security that is for us, which must all be covered. Who signed is for the caller to judge, and so is
// whether it came before.
func (v *Verifier) Verify(m Message, terms Terms, now time.Time) (*Signed, error) {
	h, err := readHead(m.Head)
	if err != nil {
		return nil, readable(err)
	}
	if h.security == nil {
		return nil, refuse(Missing, "there is no Security for us")
	}
	s, err := readSecurity(m.Head, h)
	if err != nil {
		return nil, err
	}
	if err := s.resolve(h); err != nil {
		return nil, err
	}
	expires, err := v.checkTimes(s, now)
	if err != nil {
		return nil, err
	}
	certificate, err := v.checkCertificate(s.token, terms, now)
	if err != nil {
		return nil, err
	}
	if err := checkValue(s, certificate, terms.SHA1); err != nil {
		return nil, err
	}
	if err := s.checkDigests(m, terms.SHA1); err != nil {
		return nil, readable(err)
	}
	signed := &Signed{
		Certificate: certificate, Created: s.created, Expires: expires, Algorithm: s.method,
		ID: sha256.Sum256(slices.Concat(certificate.RawSubjectPublicKeyInfo, s.canonical)),
	}
	for _, r := range s.references {
		signed.Covered = append(signed.Covered, r.node.part)
	}
	return signed, nil
}

// readable makes a Refusal of what the scanner did not like.
func readable(err error) error {
	if errors.Is(err, errMarkup) || errors.Is(err, errLong) {
		return &Refusal{Code: Malformed, Detail: "the message cannot be read", Cause: err}
	}
	return err
}

// resolve finds what each reference means, and refuses a signature that does not cover what it must.
func (s *security) resolve(h *head) (err error) {
	var covered []*node
	for i := range s.references {
		r := &s.references[i]
		if r.node, err = h.find(r.id); err != nil {
			return err
		}
		covered = append(covered, r.node)
	}
	receiver := h.receiver()
	switch {
	case !covers(covered, Body, h.body.begin):
		return refuse(Uncovered, "Body is not signed")
	case receiver == nil || !covers(covered, Receiver, receiver.begin):
		return refuse(Uncovered, "the header that names the receiver is not signed")
	case !covers(covered, Timestamp, 0):
		return refuse(Uncovered, "Timestamp is not signed")
	}
	return nil
}

// checkTimes is until when the signature counts.
func (v *Verifier) checkTimes(s *security, now time.Time) (expires time.Time, err error) {
	maxAge, skew := v.MaxAge, v.Skew
	if maxAge <= 0 {
		maxAge = DefaultMaxAge
	}
	if skew <= 0 {
		skew = DefaultSkew
	}
	expires = s.created.Add(maxAge)
	if !s.expires.IsZero() && s.expires.Before(expires) {
		expires = s.expires
	}
	switch {
	case s.created.After(now.Add(skew)):
		return expires, refuse(Expired, "Timestamp is ahead of our clock")
	case !now.Before(expires):
		return expires, refuse(Expired, "Timestamp is too old")
	}
	return expires, nil
}

func (v *Verifier) checkCertificate(der []byte, terms Terms, now time.Time) (*x509.Certificate, error) {
	if v == nil || len(v.Trust) == 0 {
		return nil, refuse(NotConfigured, "no certificate is trusted for signatures")
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, &Refusal{Code: Certificate, Detail: "the certificate cannot be read", Cause: err}
	}
	if reason := usableKey(certificate.PublicKey); reason != "" {
		return nil, refuse(Certificate, "%s", reason)
	}
	v.once.Do(v.sortTrust)
	if _, err := certificate.Verify(x509.VerifyOptions{
		Roots: v.roots, Intermediates: v.between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}); err != nil {
		return nil, &Refusal{Code: Untrusted, Detail: "the certificate is not trusted or not valid now", Cause: err}
	}
	const signs = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if certificate.IsCA || certificate.KeyUsage&signs == 0 {
		return nil, refuse(KeyUsage, "the certificate is not for signing")
	}
	if len(terms.Pins) > 0 && !slices.Contains(terms.Pins, Fingerprint(der)) {
		return nil, refuse(NotPinned, "the certificate is none of those that are known of the sender")
	}
	return certificate, nil
}

// Fingerprint is what a certificate is pinned by: SHA-256 of its DER form, which openssl x509 -fingerprint -sha256
// shows.
func Fingerprint(der []byte) [32]byte { return sha256.Sum256(der) }

// sortTrust tells the ends of chains from what leads to them.
func (v *Verifier) sortTrust() {
	v.roots, v.between = x509.NewCertPool(), x509.NewCertPool()
	for _, c := range v.Trust {
		if c.CheckSignatureFrom(c) == nil || !c.IsCA {
			v.roots.AddCert(c)
		} else {
			v.between.AddCert(c)
		}
	}
}

// checkValue verifies the signature over SignedInfo.
func checkValue(s *security, certificate *x509.Certificate, sha1 bool) error {
	m, known := methods[s.method]
	switch {
	case !known:
		return refuse(Algorithm, "the signature's algorithm is not taken")
	case m.hash == crypto.SHA1 && !sha1:
		return refuse(Algorithm, "SHA-1 is not taken")
	case m.key != certificate.PublicKeyAlgorithm:
		return refuse(Algorithm, "the signature's algorithm is not that of the certificate's key")
	}
	sum := m.hash.New()
	sum.Write(s.canonical)
	digest := sum.Sum(nil)
	good := false
	switch key := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		good = rsa.VerifyPKCS1v15(key, m.hash, digest, s.value) == nil
	case *ecdsa.PublicKey: // XML Signature 1.1 section 6.4.3: r and s, each as long as the curve's order
		half := (key.Curve.Params().N.BitLen() + 7) / 8
		good = len(s.value) == 2*half && ecdsa.Verify(
			key, digest, new(big.Int).SetBytes(s.value[:half]), new(big.Int).SetBytes(s.value[half:]),
		)
	}
	if !good {
		return refuse(Value, "the signature does not fit SignedInfo and the certificate")
	}
	return nil
}

// checkDigests goes through the message once: it compares the digest of what is covered, and counts the ids that the
// signature refers to.
func (s *security) checkDigests(m Message, sha1 bool) error {
	for _, r := range s.references {
		h, known := digests[r.digest]
		if !known || h == crypto.SHA1 && !sha1 {
			return refuse(Algorithm, "a digest's algorithm is not taken")
		}
	}
	found, err := digest(m, m.Head, s.references, s.tokenID, refuseComments)
	if err != nil {
		return err
	}
	for i, r := range s.references {
		if found[i] == nil || subtle.ConstantTimeCompare(found[i], r.value) != 1 {
			return refuse(Digest, "%s is not what was signed", r.node.part)
		}
	}
	return nil
}

// comments says what becomes of a comment in what is covered: no signature holds it.
type comments bool

const (
	refuseComments comments = false // who verifies: readers differ in what they make of it
	passComments   comments = true  // who signs: it is the sender's
)

// digest is the digest of each reference's node; nil for one that is not there. An id that a reference, or other, has
// is refused where it stands twice.
func digest(m Message, head []byte, references []reference, other string, pass comments) ([][]byte, error) {
	from, err := m.whole(head)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(references)+1)
	for _, r := range references {
		ids = append(ids, r.id)
	}
	if other != "" && !slices.Contains(ids, other) {
		ids = append(ids, other)
	}
	d := digester{
		references: references, ids: ids, comments: pass, seen: make([]int, len(ids)), sums: make([][]byte, len(references)),
	}
	w := newWalk(from)
	for {
		e, err := w.next()
		if err != nil {
			return nil, err
		}
		if e == eventEOF {
			return d.sums, nil
		}
		if err := d.take(w, e); err != nil {
			return nil, err
		}
	}
}

// digester takes the digests of what is referred to. No two of that stand in each other.
type digester struct {
	references []reference
	ids        []string
	comments   comments
	seen       []int
	sums       [][]byte

	form    *canonical // of the reference at hand; nil outside
	sum     hash.Hash
	current int
}

func (d *digester) take(w *walk, e event) error {
	if e == eventStart {
		if err := d.countIDs(w); err != nil {
			return err
		}
		for i := range d.references {
			if d.form == nil && d.references[i].node.begin == w.begin {
				d.current, d.sum = i, digests[d.references[i].digest].New()
				d.form = newCanonical(d.sum, d.references[i].included)
			}
		}
	}
	if d.form == nil {
		return nil
	}
	if e == eventComment && d.comments == refuseComments {
		return refuse(Comment, "a comment in %s, which no signature holds", d.references[d.current].node.part)
	}
	done, err := d.form.write(w, e)
	if done {
		d.sums[d.current], d.form = d.sum.Sum(nil), nil
	}
	return err
}

// countIDs counts every attribute that some reader could take for an id.
func (d *digester) countIDs(w *walk) error {
	for i := range w.attributes {
		a := &w.attributes[i]
		if len(a.local) != 2 || !strings.EqualFold(string(a.local), "id") {
			continue
		}
		value, err := appendValue(nil, a.raw)
		if err != nil {
			return err
		}
		for j, id := range d.ids {
			if id != string(value) {
				continue
			}
			if d.seen[j]++; d.seen[j] > 1 {
				return refuse(IDTwice, "an id that is referred to stands twice in the message")
			}
		}
	}
	return nil
}
