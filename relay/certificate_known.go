package relay

import (
	"crypto/sha256"
	"crypto/x509"
	"sync"
	"time"
)

// maxCertificates is how many forwarded certificates are remembered. A proxy forwards those of its callers, over and
// over.
const maxCertificates = 1024

// certificates remembers what was read out of headers, so that a caller's certificate is not parsed, and its chain
// not verified, for each of its calls. It decides nothing: the clock is asked for each call, and authorities that
// have changed verify anew. The zero value is ready.
type certificates struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]*forwardedCertificate // by the whole value of the header
}

// forwardedCertificate is one certificate, and by which authorities it was last verified.
type forwardedCertificate struct {
	*x509.Certificate
	mu          sync.Mutex
	roots       *x509.CertPool // nil: it was not verified yet
	from, until time.Time      // when all of its chain is valid
}

// read is the certificate in the value of a header; false if there is none that can be read, which is not remembered.
func (c *certificates) read(value string) (*forwardedCertificate, bool) {
	key := sha256.Sum256([]byte(value))
	c.mu.Lock()
	known := c.all[key]
	c.mu.Unlock()
	if known != nil {
		return known, true
	}
	parsed, ok := parseForwarded(value)
	if !ok {
		return nil, false
	}
	known = &forwardedCertificate{Certificate: parsed}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil || len(c.all) >= maxCertificates { // those in use are back at once
		c.all = map[[sha256.Size]byte]*forwardedCertificate{}
	}
	c.all[key] = known
	return known, true
}

// verify is x509.Certificate.Verify for a client at a time. A chain that was found before holds as long as all in it
// are valid and roots is the same.
func (c *forwardedCertificate) verify(roots *x509.CertPool, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.roots == roots && !now.Before(c.from) && !now.After(c.until) {
		return nil
	}
	chains, err := c.Verify(x509.VerifyOptions{
		Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return err
	}
	c.roots, c.from, c.until = roots, c.NotBefore, c.NotAfter
	for _, issuer := range chains[0] {
		if issuer.NotBefore.After(c.from) {
			c.from = issuer.NotBefore
		}
		if issuer.NotAfter.Before(c.until) {
			c.until = issuer.NotAfter
		}
	}
	return nil
}
