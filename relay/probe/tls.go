package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strconv"
	"time"

	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
)

// tls makes a handshake and judges each part by itself. Nothing is sent over this connection.
func (p *connectionTest) tls(ctx context.Context) bool {
	if p.target.Scheme == "http" {
		return p.addStep("tls", time.Now(), true, found("tls-none"), todo("use-https"))
	}
	return p.handshake(ctx)
}

func (p *connectionTest) handshake(ctx context.Context) bool {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	raw, err := p.dial(ctx)
	if err != nil {
		return p.addStep("tls", began, false, found("tls-gone"), todo("again"))
	}
	defer raw.Close()
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if p.sender.Client.TLS != nil {
		if own := p.sender.Client.TLS(net.JoinHostPort(p.target.Hostname(), p.port)); own != nil {
			config = own.Clone()
		}
	}
	asked := &certificateRequest{config: config}
	trial := config.Clone()
	trial.ServerName = p.target.Hostname()
	trial.InsecureSkipVerify = true // the chain and the name are judged below, one by one, to say which of them is wrong
	trial.Certificates, trial.GetClientCertificate = nil, asked.answer
	conn := tls.Client(raw, trial)
	if err := conn.HandshakeContext(ctx); err != nil {
		p.addFailure("tls", began, p.diagnose(soap.SendTLS, err), todo("tls-versions"))
		asked.judge(p, began)
		return false
	}
	state := conn.ConnectionState()
	return p.chain(began, state, config.RootCAs) && p.host(began, state.PeerCertificates[0]) &&
		p.expiry(began, state.PeerCertificates) && asked.judge(p, began)
}

// chain asks whether the authorities that we believe vouch for the system.
func (p *connectionTest) chain(began time.Time, state tls.ConnectionState, roots *x509.CertPool) bool {
	between := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		between.AddCert(c)
	}
	leaf := state.PeerCertificates[0]
	at := p.now // an expired certificate is told by its own step
	if at.After(leaf.NotAfter) || at.Before(leaf.NotBefore) {
		at = leaf.NotBefore.Add(time.Second)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	version := tls.VersionName(state.Version)
	if err != nil {
		return p.addFailure("tls", began, p.diagnose(soap.SendTLS, err),
			todo("authority"))
	}
	return p.addStep("tls", began, true,
		found("tls-chain", version, printable(leaf.Subject.String()), printable(leaf.Issuer.String())), routing.Fact{})
}

func (p *connectionTest) host(began time.Time, leaf *x509.Certificate) bool {
	if err := leaf.VerifyHostname(p.target.Hostname()); err != nil {
		return p.addFailure("host", began, p.diagnose(soap.SendTLS, err),
			todo("certificate-name"))
	}
	return p.addStep("host", began, true, found("tls-host", p.target.Hostname()), routing.Fact{})
}

func (p *connectionTest) expiry(began time.Time, chain []*x509.Certificate) bool {
	first := chain[0]
	for _, c := range chain {
		if c.NotAfter.Before(first.NotAfter) {
			first = c
		}
	}
	if p.now.Before(first.NotBefore) {
		why := store.Diagnosis{Code: "tls-early", Values: map[string]string{
			"subject": printable(first.Subject.String()), "from": first.NotBefore.UTC().Format(time.DateOnly),
		}}
		return p.addFailure("certificate", began, why, todo("clocks"))
	}
	if p.now.After(first.NotAfter) {
		why := store.Diagnosis{Code: "tls-expired", Values: map[string]string{
			"subject": printable(first.Subject.String()), "until": first.NotAfter.UTC().Format(time.DateOnly),
		}}
		return p.addFailure("certificate", began, why, todo("renew-theirs"))
	}
	ok, result := validity(first.NotAfter, p.now)
	var remedy routing.Fact
	if first.NotAfter.Sub(p.now) < expirySoon {
		remedy = todo("renew-theirs")
	}
	return p.addStep("certificate", began, ok, result, remedy)
}

func validity(until, now time.Time) (bool, routing.Fact) {
	if now.After(until) {
		return false, found("ended", until.Format(time.DateOnly))
	}
	return true, found("valid", until.Format(time.DateOnly), strconv.Itoa(int(until.Sub(now).Hours()/24)))
}

// certificateRequest notes whether the system asked for our certificate, and whether it would take the one we have.
type certificateRequest struct {
	config *tls.Config
	asked  bool
	fits   error
}

func (a *certificateRequest) answer(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	a.asked = true
	if len(a.config.Certificates) == 0 {
		return &tls.Certificate{}, nil
	}
	a.fits = info.SupportsCertificate(&a.config.Certificates[0])
	return &a.config.Certificates[0], nil
}

// judge judges our own side of the handshake.
func (a *certificateRequest) judge(p *connectionTest, began time.Time) bool {
	have := len(a.config.Certificates) > 0
	switch {
	case !a.asked && !have:
		return p.addStep("own-certificate", began, true, found("own-none"), routing.Fact{})
	case !have:
		return p.addStep("own-certificate", began, false, found("own-missing"), todo("set-certificate"))
	}
	leaf := a.config.Certificates[0].Leaf
	if leaf == nil {
		var err error
		if leaf, err = x509.ParseCertificate(a.config.Certificates[0].Certificate[0]); err != nil {
			return p.addStep("own-certificate", began, false, found("own-unreadable"), todo("set-pem"))
		}
	}
	ok, result := validity(leaf.NotAfter, p.now)
	var remedy routing.Fact
	switch {
	case !ok || leaf.NotAfter.Sub(p.now) < expirySoon:
		remedy = todo("renew-ours")
	case a.asked && a.fits != nil:
		ok, remedy = false, todo("trust-issuer", printable(leaf.Issuer.String()))
		result.Code += "-not-named"
	case !a.asked:
		result.Code += "-not-asked"
	}
	return p.addStep("own-certificate", began, ok, result, remedy)
}
