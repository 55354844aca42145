package parts

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rivgate/cmd/rivgate/config"
	"rivgate/web/operate"
)

// Certificates are the configured files with certificates in them: ours in both directions, and the authorities that we
// believe. They are read whenever somebody asks, so what is told is what a new connection will see.
type Certificates struct {
	files    []certificateFile
	notAfter *prometheus.Desc
	days     *prometheus.Desc
	readable *prometheus.Desc
}

// certificateFile is one of them, by its key in the configuration.
type certificateFile struct{ use, name string }

var _ prometheus.Collector = (*Certificates)(nil)

// NewCertificates watches the certificates that a configuration names.
func NewCertificates(c config.Config) *Certificates {
	all := &Certificates{
		notAfter: prometheus.NewDesc("rivgate_certificate_not_after_seconds",
			"When a configured certificate ends, as Unix time.", []string{"use", "subject", "serial", "place"}, nil),
		days: prometheus.NewDesc("rivgate_certificate_days",
			"Whole days until a configured certificate ends; below zero after it.",
			[]string{"use", "subject", "serial", "place"}, nil),
		readable: prometheus.NewDesc("rivgate_certificate_file_readable",
			"1 while a configured file with certificates can be read.", []string{"use"}, nil),
	}
	in, out := c.SOAP.TLS, c.Producer.TLS
	files := []certificateFile{
		{"soap.tls.certificate", in.Certificate},
		{"soap.tls.client_ca", in.ClientCA},
		{"web.tls.certificate", c.Web.TLS.Certificate},
		{"producer.tls.certificate", out.Certificate},
		{"producer.tls.ca", out.CA},
	}
	files = append(files, certificateFile{"signature.certificate", c.Signature.Certificate},
		certificateFile{"signature.trust", c.Signature.Trust})
	for _, one := range c.Producer.TLSFor {
		use := "producer.tls_for[" + one.Address() + "]"
		files = append(files, certificateFile{use + ".certificate", one.Certificate}, certificateFile{use + ".ca", one.CA})
	}
	for _, f := range files {
		if f.name != "" {
			all.files = append(all.files, f)
		}
	}
	return all
}

// Describe is the half of prometheus.Collector that names the metrics.
func (c *Certificates) Describe(to chan<- *prometheus.Desc) {
	to <- c.notAfter
	to <- c.days
	to <- c.readable
}

// Collect is the half that reads the files.
func (c *Certificates) Collect(to chan<- prometheus.Metric) {
	for _, f := range c.files {
		found, err := f.read()
		readable := 1.0
		if err != nil {
			readable = 0
		}
		to <- prometheus.MustNewConstMetric(c.readable, prometheus.GaugeValue, readable, f.use)
		for i, one := range found {
			labels := []string{f.use, one.Subject.String(), one.SerialNumber.Text(16), strconv.Itoa(i + 1)}
			to <- prometheus.MustNewConstMetric(c.notAfter, prometheus.GaugeValue, float64(one.NotAfter.Unix()), labels...)
			to <- prometheus.MustNewConstMetric(c.days, prometheus.GaugeValue, math.Floor(time.Until(one.NotAfter).Hours()/24),
				labels...)
		}
	}
}

// Status is the same for the status page.
func (c *Certificates) Status() []operate.CertificateStatus {
	var all []operate.CertificateStatus
	for _, f := range c.files {
		found, err := f.read()
		if err != nil {
			all = append(all, operate.CertificateStatus{Use: f.use, Problem: operate.NotPEM})
		}
		for _, one := range found {
			all = append(all, operate.CertificateStatus{
				Use: f.use, Subject: one.Subject.String(), Serial: one.SerialNumber.Text(16), NotAfter: one.NotAfter,
			})
		}
	}
	return all
}

// read reads every certificate of the file in order; those before a broken one too.
func (f certificateFile) read() (found []*x509.Certificate, err error) {
	rest, err := os.ReadFile(f.name)
	if err != nil {
		return nil, fmt.Errorf("reading certificates: %w", err)
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return found, fmt.Errorf("reading certificates: %w", err)
		}
		found = append(found, one)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("reading certificates: there is none in %s", f.name)
	}
	return found, nil
}
