package config

import (
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Signature is how messages are signed, and whose signatures are believed, where routes ask for them.
type Signature struct {
	Certificate string              `yaml:"certificate"`  // that we sign with
	Key         string              `yaml:"key"`          // its key
	Trust       string              `yaml:"trust"`        // authorities of signing certificates
	MaxAge      time.Duration       `yaml:"max_age"`      // of a Timestamp
	Pins        map[string][]string `yaml:"pins"`         // HSA-id of a sender → SHA-256 of certificates
	SHA1Senders []string            `yaml:"sha1_senders"` // HSA-ids whose SHA-1 is taken
}

// Fingerprint reads the SHA-256 of a certificate, with or without colons.
func Fingerprint(text string) (sum [32]byte, err error) {
	written, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(text), ":", ""))
	if err != nil || len(written) != len(sum) {
		return sum, fmt.Errorf("%q is no SHA-256 of a certificate", text)
	}
	return [32]byte(written), nil
}

func (k *checker) signature() {
	s := k.c.Signature
	if (s.Certificate == "") != (s.Key == "") {
		k.problem("signature", "certificate and key belong together: write both or none")
	}
	for key, name := range map[string]string{
		"signature.certificate": s.Certificate, "signature.key": s.Key, "signature.trust": s.Trust,
	} {
		if name != "" {
			k.file(key, name)
		}
	}
	if s.Certificate != "" && s.Key != "" {
		if _, err := tls.LoadX509KeyPair(s.Certificate, s.Key); err != nil {
			k.problem("signature.key", "is not the key of signature.certificate, or one of the two is no PEM: write a pair")
		}
	}
	if s.MaxAge < 10*time.Second || s.MaxAge > 24*time.Hour {
		k.problem("signature.max_age", "%s is not between 10s and 24h: write 5m", s.MaxAge)
	}
	for sender, pins := range s.Pins {
		for _, pin := range pins {
			if _, err := Fingerprint(pin); err != nil {
				k.problem("signature.pins."+sender,
					"%q is no SHA-256 of a certificate: write 64 hexadecimal digits, as openssl x509 -fingerprint -sha256 shows them",
					pin)
			}
		}
		if len(pins) == 0 {
			k.problem("signature.pins."+sender, "is empty: write the SHA-256 of a certificate, or leave the sender out")
		}
	}
}
