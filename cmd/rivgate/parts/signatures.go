package parts

import (
	"crypto/tls"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/soap/signature"
)

// newSignatures is how messages are signed, and whose signatures are believed. The files are read again when they
// change.
func newSignatures(c config.Signature) (s relay.Signatures, err error) {
	s.SHA1 = c.SHA1Senders
	s.Pins = map[string][][32]byte{}
	for sender, pins := range c.Pins {
		for _, pin := range pins {
			sum, err := config.Fingerprint(pin)
			if err != nil {
				return s, cli.Usage("signature.pins: %w", err)
			}
			s.Pins[routing.Fold(sender)] = append(s.Pins[routing.Fold(sender)], sum)
		}
	}
	if s.Verifier, err = newVerifier(c); err != nil {
		return s, err
	}
	s.Signer, err = newSigner(c)
	return s, err
}

func newVerifier(c config.Signature) (func() *signature.Verifier, error) {
	if c.Trust == "" {
		return nil, nil
	}
	file := certificateFile{"signature.trust", c.Trust}
	trusted := &reread[*signature.Verifier]{files: []string{c.Trust}, load: func() (*signature.Verifier, error) {
		found, err := file.read()
		return &signature.Verifier{Trust: found, MaxAge: c.MaxAge}, err
	}}
	if _, err := trusted.get(); err != nil {
		return nil, cli.Usage("reading signature.trust: %w", err)
	}
	return func() *signature.Verifier {
		v, _ := trusted.get() // the first reading went well, so there always is one
		return v
	}, nil
}

func newSigner(c config.Signature) (func() *signature.Signer, error) {
	if c.Key == "" {
		return nil, nil
	}
	key := &reread[*signature.Signer]{files: []string{c.Certificate, c.Key}, load: func() (*signature.Signer, error) {
		pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
		if err != nil {
			return nil, err
		}
		s, err := signature.NewSigner(pair)
		if err == nil {
			s.NewID = NewID
		}
		return s, err
	}}
	if _, err := key.get(); err != nil {
		return nil, cli.Usage("reading signature.certificate and signature.key: %w", err)
	}
	return func() *signature.Signer {
		s, _ := key.get() // the first reading went well, so there always is one
		return s
	}, nil
}

// AdviseSignatures says where the catalogue asks for signatures that cannot be made or believed here.
func AdviseSignatures(c routing.Catalogue, configured config.Signature, log *zap.Logger) {
	signs, requires := 0, 0
	for _, row := range c.Routes {
		if row.Signature.Signs() {
			signs++
		}
		if row.Signature.Requires() {
			requires++
		}
	}
	if signs > 0 && configured.Key == "" {
		log.Error("routes ask for signing, and there is no signature.key: their calls fail", zap.Int("routes", signs))
	}
	if requires > 0 && configured.Trust == "" {
		log.Error("routes require signatures, and there is no signature.trust: their calls are refused",
			zap.Int("routes", requires))
	}
}
