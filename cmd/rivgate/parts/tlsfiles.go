package parts

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"sync"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
)

// lookAgain is how old the knowledge of a file may be: well under the ten seconds in which a change is promised to
// count.
const lookAgain = 5 * time.Second

// reread is a value made of files. It is made anew when one of them changed; while the new files cannot be read, the
// old value stays.
type reread[T any] struct {
	files []string
	load  func() (T, error)
	every time.Duration // 0: lookAgain

	mu     sync.Mutex
	value  T
	loaded bool
	looked time.Time
	state  string // size and time of each file
}

// get is the value of the files as they were at most lookAgain ago. The error is that of the first reading only.
func (r *reread[T]) get() (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.loaded && time.Since(r.looked) < cmp.Or(r.every, lookAgain) {
		return r.value, nil
	}
	r.looked = time.Now()
	state := fileState(r.files)
	if r.loaded && state == r.state {
		return r.value, nil
	}
	fresh, err := r.load()
	if err == nil {
		r.value, r.loaded, r.state = fresh, true, state
	} else if r.loaded {
		err = nil // half-written files: the next look finds them whole
	}
	return r.value, err
}

func fileState(files []string) string {
	state := ""
	for _, name := range files {
		if info, err := os.Stat(name); err == nil {
			state += fmt.Sprintln(info.Size(), info.ModTime().UnixNano())
		}
	}
	return state
}

// ListenTLS is the configuration of the listener with mutual TLS: callers must show a certificate of client_ca.
func ListenTLS(c config.ListenTLS) (*tls.Config, error) { return ListenTLSLooking(c, lookAgain) }

// ListenTLSLooking is ListenTLS with another time between two looks at the files.
func ListenTLSLooking(c config.ListenTLS, every time.Duration) (*tls.Config, error) {
	files := &reread[*tls.Config]{
		every: every, files: []string{c.Certificate, c.Key, c.ClientCA},
		load: func() (*tls.Config, error) {
			pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
			if err != nil {
				return nil, err
			}
			clients, err := ReadPool(c.ClientCA)
			if err != nil {
				return nil, err
			}
			return &tls.Config{
				Certificates: []tls.Certificate{pair}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert,
				MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
			}, nil
		},
	}
	first, err := files.get()
	if err != nil {
		return nil, cli.Usage("reading soap.tls: %w", err)
	}
	outer := first.Clone()
	outer.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return files.get() }
	return outer, nil
}

// PagesTLS is the configuration of the pages' listener; nil for none. Callers show no certificate.
func PagesTLS(c config.WebTLS) (*tls.Config, error) { return PagesTLSLooking(c, lookAgain) }

// PagesTLSLooking is PagesTLS with another time between two looks at the files.
func PagesTLSLooking(c config.WebTLS, every time.Duration) (*tls.Config, error) {
	if c.Certificate == "" {
		return nil, nil
	}
	files := &reread[*tls.Certificate]{
		every: every, files: []string{c.Certificate, c.Key},
		load: func() (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
			return &pair, err
		},
	}
	if _, err := files.get(); err != nil {
		return nil, cli.Usage("reading web.tls: %w", err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return files.get() },
	}, nil
}

// clientAuthorities are the authorities that callers' certificates must come from, as their file says by now; nil for
// no file.
func clientAuthorities(file string) (func() *x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pool := &reread[*x509.CertPool]{files: []string{file}, load: func() (*x509.CertPool, error) { return ReadPool(file) }}
	if _, err := pool.get(); err != nil {
		return nil, cli.Usage("reading soap.tls.client_ca: %w", err)
	}
	return func() *x509.CertPool {
		roots, _ := pool.get() // the first reading went well, so there always is one
		return roots
	}, nil
}
